/** A catalog that satisfies every rule, where it does not matter which version a Hall has. */
export const ANY_CATALOG = '999999999.999999999.999999999';
