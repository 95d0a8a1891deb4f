/** Answers Socket.IO's question for credentials with the first frame. */
import type { HelloFrame } from "@attune/protocol";

/** Socket.IO asks this way, each time a namespace connects. */
export type AskCredentials = (answer: (credentials: object) => void) => void;

/**
 * Builds a new hello for each question, because its token may have expired since the last one.
 *
 * @param connection what the answer is for: an answer that comes when that is another one is dropped, or two hellos would be sent
 * @param failed the hello could not be built; not called for a connection that is over
 */
export function answerWithHello(
  hello: () => Promise<HelloFrame>,
  connection: () => unknown,
  failed: (error: unknown) => void,
): AskCredentials {
  return (answer) => {
    const asking = connection();
    hello().then(
      (frame) => {
        if (asking === connection()) answer(frame);
      },
      (error) => {
        if (asking === connection()) failed(error);
      },
    );
  };
}
