export { fileCheckpoint } from './snapshots/file-checkpoint';
