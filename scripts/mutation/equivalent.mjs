// The mutants that no spec can kill, and why: `npm run mutation` lists any other that lives, with the key to write
// here. A key is the function and the operator, so that it outlives renamed variables and another formatting; the
// second mutant of a kind in a function has ` #2` at its end.

/** `why`, and the keys by file. */
export const EQUIVALENT = [
  {
    why: 'The ends of a cosine or a line are exact without the early return; times are never below 0.',
    mutants: {
      'annealing/equation': [
        'anneal: ConditionalExpression => false',
        'anneal: <= => <',
        'anneal: <= => < #2',
        'warmUp: <= => <',
        'warmUp: ConditionalExpression => false',
      ],
    },
  },
  {
    why: 'The two statements work on different things, or only read.',
    mutants: {
      'training/history': [
        'LearningRateHistory.append: assign <=> count',
        'LearningRateHistory.#dropOldest: if <=> while',
        'LearningRateHistory.#change: declare <=> declare',
        'LearningRateHistory.#change: declare <=> declare #2',
        'LearningRateHistory.#change: declare <=> declare #3',
      ],
      'training/optimizer': ['setLearningRate: call <=> declare'],
    },
  },
  {
    why: 'Two checks: the one that is made first answers when both refuse, and either answer is right.',
    mutants: { 'training/optimizer': ['setLearningRate: if <=> call'] },
  },
];
