// A page with two script tags, without the page: both files run as scripts, in the global scope.
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { runInThisContext } = require('node:vm');
const training = require('./training.cjs');

const root = join(__dirname, 'node_modules');
const manifest = join(root, 'tfjs-cosine-annealing', 'package.json');
const { unpkg } = JSON.parse(readFileSync(manifest, 'utf8'));
const files = [join(root, '@tensorflow', 'tfjs', 'dist', 'tf.min.js'), join(dirname(manifest), unpkg)];
const engine = `V8 ${process.versions.v8}`;
require('./as-in-a-page.cjs');
for (const filename of files) runInThisContext(readFileSync(filename, 'utf8'), { filename });

const { tf, CosineAnnealing } = globalThis;
training(tf, CosineAnnealing).then((said) => console.log(`${said}, ${engine}`));
