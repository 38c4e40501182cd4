import { backendName } from '../../examples/shared/backend';

console.log(`backend: ${backendName}`);
