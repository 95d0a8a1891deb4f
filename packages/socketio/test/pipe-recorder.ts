/** Opens a pipe and writes down what it says. */
import type { OpenPipe, Pipe, PipeEvents } from "@attune/core/wire";
import type { HelloFrame, RealtimeError } from "@attune/protocol";

export interface PipeRecording {
  readonly pipe: Pipe;
  readonly transports: string[];
  readonly frames: unknown[];
  readonly ends: RealtimeError[];
  /** Names of the events, in order, without `traffic`. */
  readonly order: (keyof PipeEvents)[];
  readonly signsOfLife: number;
  /** How often a hello was asked for. */
  readonly hellos: number;
}

/** @param hello builds the first frame; the default one counts them in its token */
export function recordPipe(open: OpenPipe, hello?: () => Promise<HelloFrame>): PipeRecording {
  const transports: string[] = [];
  const frames: unknown[] = [];
  const ends: RealtimeError[] = [];
  const order: (keyof PipeEvents)[] = [];
  let signsOfLife = 0;
  let hellos = 0;
  const keep =
    <T>(list: T[], name: keyof PipeEvents) =>
    (value: T) => {
      order.push(name);
      list.push(value);
    };
  const pipe = open(
    {
      transport: keep(transports, "transport"),
      frame: keep(frames, "frame"),
      closed: keep(ends, "closed"),
      traffic: () => {
        signsOfLife += 1;
      },
    },
    async () => {
      hellos += 1;
      return hello ? hello() : { t: "hello", v: 1, vis: true, k: `token ${hellos}` };
    },
  );
  return {
    pipe,
    transports,
    frames,
    ends,
    order,
    get signsOfLife() {
      return signsOfLife;
    },
    get hellos() {
      return hellos;
    },
  };
}
