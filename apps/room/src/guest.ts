/** Who this browser is: a guest of the host, the same in all tabs of an app and after a reload. */

/** What is kept in the browser. The key is a secret between browser and host; the guest's id is derived from it. */
interface Kept {
  readonly key: string;
  readonly name?: string;
}

/** A guest of the demo. */
export interface Guest {
  /** For `createRealtime({ auth })`: asks the host for a token. */
  token(): Promise<string>;
  /** Wishes for another name; the host puts it into the next token. */
  rename(name: string): void;
  /** Calls back when another tab of this app took another name. */
  onRenamed(callback: () => void): void;
}

/**
 * The guest of one app. Each app has its own, so that three apps in one browser are three people.
 *
 * @param app under which name the browser keeps it
 */
export function createGuest(app: string): Guest {
  const place = `attune-demo:${app}`;
  /** The name that the last token was asked for with. */
  let asked: string | undefined;

  function kept(): Kept {
    const known = localStorage.getItem(place);
    if (known) return JSON.parse(known) as Kept;
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return keep({ key: Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") });
  }

  function keep(value: Kept): Kept {
    localStorage.setItem(place, JSON.stringify(value));
    return value;
  }

  return {
    async token() {
      const known = kept();
      asked = known.name;
      const response = await fetch("/api/guest", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(known),
      });
      if (!response.ok) throw new Error(`The host gave no token: ${response.status}`);
      return ((await response.json()) as { token: string }).token;
    },
    rename: (name) => void keep({ ...kept(), name }),
    onRenamed(callback) {
      addEventListener("storage", ({ key }) => {
        if (key === place && kept().name !== asked) callback();
      });
    },
  };
}
