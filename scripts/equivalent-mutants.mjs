// The mutants that no spec can kill, since they change nothing that can be seen: `npm run mutation` lists any other.
// Each is written as `what the source says => what the mutant says`.

export const EQUIVALENT = [];
