export * from './capture';
export * from './datasets';
export * from './drive';
export * from './expect-annealed';
export * from './models';
