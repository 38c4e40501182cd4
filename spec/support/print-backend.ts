import { backendName } from '../../examples/shared/backend';

/** Once for all workers. */
export const mochaGlobalSetup = () => console.log(`backend: ${backendName}`);
