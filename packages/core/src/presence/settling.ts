/** How long a server that has just started is given. */

/**
 * Members who were here before stay this long, unconfirmed: the grace, and time to be admitted again. Half a second less than the 15 s
 * that are promised, for the way there.
 */
export const SETTLING_MS = 14_500;
