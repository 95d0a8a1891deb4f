import { createRealtime } from "@attune/core";
import { supabase } from "@attune/supabase";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { createClient as createLowest } from "supabase-js-lowest";
import { test } from "vitest";

test("takes the client that the app made, whichever of the supported versions made it", () => {
  supabase(createLowest("https://x.supabase.co", "key"));
  supabase({} as SupabaseClient<{ public: { Tables: {}; Views: {}; Functions: {} } }>);
  createRealtime({ driver: supabase(createClient("https://x.supabase.co", "key")) });
});

test("takes nothing else", () => {
  // @ts-expect-error a URL is no client
  supabase("https://x.supabase.co");
});
