export * from './charts/chart';
