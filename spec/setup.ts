import { backendName } from '../examples/backend';

console.log(`backend: ${backendName}`);
