/** The longest reason of a verdict, in UTF-16 units: every event of the decision carries it. */
export const MAX_REASON = 2_000;
