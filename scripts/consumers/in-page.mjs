// Runs the bundle.
import './as-in-a-page.cjs';

await import('./dist/page.mjs');
