/** What a worker can do. */

/** What a worker can be asked, by name. Arguments and answers travel as JSON. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;
