/** How many of MNIST's images the page uses: the first ones of the training and of the test set. */
export const TRAINING_IMAGES = 6_000;
export const TEST_IMAGES = 1_000;
/** 28 x 28. */
export const PIXELS = 784;
