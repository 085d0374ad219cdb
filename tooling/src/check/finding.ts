/** What a check found, as a line to print: `path:line: what is wrong`. */
export type CheckFinding = string;

/** A check of the repository in a folder. Gives every finding; none where all is well. */
export type Check = (root: string) => CheckFinding[];
