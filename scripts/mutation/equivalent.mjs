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
    why: 'Both give the same there, or differ at one value only, at which either is right.',
    mutants: {
      'annealing/clock': ['positionOfUpdate: <= => <'],
      'annealing/cycles': [
        'layOut: ConditionalExpression => true',
        'layOut: < => <=',
        'layOut.guess: >= => >',
        'digitTable: ArrayDeclaration #3',
        'lastNotAfter: ?. => .',
      ],
      'config/messages': ['round: >= => >'],
      'training/run': ['endOf: < => <='],
      'finder/sweep': [
        'hasDiverged: > => >=',
        'readSweep: < => <=',
        'readSweep: EqualityOperator #2',
        'readSweep: <= => <',
      ],
      'finder/trials': [
        'nextTrial: >= => >',
        'nextTrial: < => <=',
        'openEnd: >= => >',
        'openEnd: <= => <',
        'openEnd: * => / #2',
        'openEnd: ConditionalExpression => true #7',
        'openEnd: >= => > #2',
        'openEnd: >= => > #3',
        'isSame: <= => <',
        'isSame: <= => < #2',
        'endsOf: < => <=',
        'endsOf: > => >=',
        'mostPromising: > => >=',
        'hasLearned: > => >=',
        'didHarm: > => >=',
        'hasCollapsed: < => <=',
        'hasCollapsed: > => >=',
        'isBetter: < => <=',
      ],
      'charts/axis': ['padRange: > => >= #2', 'padRange: > => >= #3', 'withTicks.isClear: >= => >'],
    },
  },
  {
    why: 'A guess, which is made right afterwards; one step more or less is no other answer.',
    mutants: {
      'annealing/cycles': ['finder: < => <=', 'cyclesWithin: < => <=', 'lastNotAfter: <= => <'],
    },
  },
  {
    why: 'Something before it has asked already, so this only tells the compiler.',
    mutants: {
      'finder/sweep': ['readSweep: ?. => .'],
      'finder/trials': [
        'hasLearned: ConditionalExpression => true #2',
        'hasCollapsed: ConditionalExpression => true #5',
        'isBetter: && => ||',
        'isBetter: ConditionalExpression => true #3',
        'isBetter: ConditionalExpression => true #4',
        'isClearlyWorse: ConditionalExpression => false #3',
        'isClearlyWorse: ConditionalExpression => true #2',
        'vertex: ConditionalExpression => false #3',
        'vertex: ConditionalExpression => false #5',
      ],
      'training/run': ['Run.standingAfterUpdate: ConditionalExpression => true #2'],
      'config/keys': ['configKeys: MethodExpression'],
      'charts/schedule-source': ['drawnSchedule: ConditionalExpression => true #2', 'steps: ?. => .'],
      'charts/rules': ['oneOf.accepts: ConditionalExpression => true #2'],
      'charts/svg': ['inDrawingOrder.ofKind: ?. => .'],
      'charts/line': ['turnsOf: ?. => .'],
    },
  },
  {
    why: 'Of cycles that do not shrink the first is the shortest, so to check more of them only takes longer.',
    mutants: {
      'config/conflicts': ['differentCycles: ConditionalExpression => true #2', 'differentCycles: < => <='],
    },
  },
  {
    why: 'What is beyond the budget is cut off later, so to write more of it only takes longer.',
    mutants: {
      errors: ['preview: MethodExpression', 'joined: < => <= #2'],
    },
  },
  {
    why: 'The two statements work on different things, or only read.',
    mutants: {
      'training/callback': [
        'CosineAnnealingCallback.constructor: assign <=> assign',
        'CosineAnnealingCallback.constructor: assign <=> assign #2',
        'CosineAnnealingCallback.constructor: assign <=> call',
        'CosineAnnealingCallback.#beforeUpdate: declare <=> if',
        'CosineAnnealingCallback.#beforeUpdate: call <=> assign',
        'CosineAnnealingCallback.#beforeUpdate: assign <=> if',
        'CosineAnnealingCallback.#endEpoch: call <=> if',
        'CosineAnnealingCallback.#endEpoch: if <=> declare',
        'CosineAnnealingCallback.#endEpoch: if <=> if #2',
        'CosineAnnealingCallback.#announce: if <=> declare',
        'CosineAnnealingCallback.#tellEnd: call <=> declare',
        'CosineAnnealingCallback.#countUpdate: assign <=> count',
        'CosineAnnealingCallback.#countUpdate: count <=> call',
      ],
      'training/checksum': ['canonical: if <=> if', 'canonical: if <=> declare'],
      'training/fit': [
        'Fit.constructor: assign <=> assign',
        'Fit.constructor: assign <=> assign #2',
        'Fit.constructor: assign <=> assign #3',
        'batchesIn: declare <=> declare',
      ],
      'training/history': [
        'HistoryLog.follow: call <=> assign',
        'HistoryLog.append: assign <=> assign',
        'HistoryLog.append: assign <=> assign #2',
        'HistoryLog.append: assign <=> if',
        'HistoryLog.append: if <=> count',
        'HistoryLog.change: declare <=> declare',
        'HistoryLog.restarts: if <=> declare',
        'HistoryLog.restarts: declare <=> declare',
        'HistoryLog.of: declare <=> declare',
        'HistoryLog.#dropOldest: if <=> while',
        'HistoryLog.#scheduleOf: if <=> declare',
      ],
      'training/interference': [
        'interferenceBefore: if <=> if',
        'interferenceBefore: declare <=> declare',
        'interferenceBefore: if <=> declare',
        'interferenceBefore: declare <=> declare #2',
      ],
      'training/next-frame': [
        'nextFrame.done: call <=> call',
        'nextFrame: call <=> call',
        'nextTask: if <=> declare',
        'nextTask: assign <=> call',
        'nextTask: call <=> call',
      ],
      'training/optimizer': [
        'getLearningRate: if <=> declare',
        'rateBeforeAnnealing: declare <=> declare',
        'write: call <=> declare',
      ],
      'training/run': [
        'Run.beginFit: declare <=> declare',
        'Run.beginFit: declare <=> declare #2',
        'Run.beginFit: declare <=> declare #3',
        'Run.beginFit: declare <=> declare #4',
        'Run.beginFit: declare <=> declare #5',
        'Run.beginFit: declare <=> call',
        'Run.beginFit: call <=> assign',
        'Run.beginFit: assign <=> declare',
        'Run.updateAt: declare <=> declare',
        'Run.updateAt: declare <=> declare #2',
        'Run.updateAt: if <=> declare',
        'Run.book: if <=> assign',
        'Run.#learn: declare <=> declare',
        'Run.#learn: declare <=> declare #2',
        'totalOf: declare <=> declare',
      ],
      'training/state': [
        'saveHistory: declare <=> declare',
        'saveHistory: call <=> call',
        'loadState: declare <=> declare #2',
      ],
    },
  },
  {
    why: 'Two checks: the one that is made first answers when both refuse, and either answer is right.',
    mutants: {
      'training/callback': [
        'CosineAnnealingCallback.constructor: declare <=> declare',
        'CosineAnnealingCallback.onTrainBegin: call <=> if',
      ],
      'training/interference': ['interferenceBefore: call <=> declare'],
      'training/optimizer': ['write: if <=> call'],
      'training/state': ['loadState: if <=> declare'],
    },
  },
  {
    why: 'What is between the two, a hook of the user or an early end, sees the same in either order.',
    mutants: {
      'training/callback': [
        'CosineAnnealingCallback.onTrainBegin: if <=> call #2',
        'CosineAnnealingCallback.onTrainBegin: assign <=> await',
        'CosineAnnealingCallback.onEpochBegin: assign <=> await',
        'CosineAnnealingCallback.onTrainEnd: call <=> await',
        'CosineAnnealingCallback.#beforeUpdate: await <=> declare',
        'CosineAnnealingCallback.#beforeUpdate: if <=> await #2',
      ],
    },
  },
  {
    why: 'Two messages, or a message and a note: nobody promises which comes first.',
    mutants: {
      'training/callback': [
        'CosineAnnealingCallback.#beginFit: assign <=> call',
        'CosineAnnealingCallback.#beginFit: forof <=> if',
      ],
      'training/reporter': ['Reporter.#warn: call <=> call'],
    },
  },
  {
    why: 'What is remembered only saves time.',
    mutants: {
      'training/history': ['HistoryLog.#scheduleOf: assign <=> return'],
    },
  },
  {
    why: 'No value breaks this rule, so that its words are never shown.',
    mutants: {
      'charts/rules': ['anything.expected: StringLiteral'],
    },
  },
  {
    why: 'What has no position is filtered out.',
    mutants: {
      'charts/schedule-source': ['restartsBetween: ArrayDeclaration'],
    },
  },
  {
    why: "Every side that isn't 'right' is the left one.",
    mutants: {
      'charts/svg': [
        'gridLines: StringLiteral',
        'marksOf: StringLiteral',
        'axisTexts: StringLiteral',
        'axisTexts: StringLiteral #7',
      ],
    },
  },
  {
    why: 'Only asks whether one of two is NaN: they are finite otherwise, and so are their sum and their difference.',
    mutants: {
      'charts/line': ['stretchesOf: + => -'],
      'charts/stroke': ['pointPath: + => - #3'],
      'charts/series': ['withoutEmptyAxis: + => -'],
      'charts/raster': ['Raster.draw: + => -'],
    },
  },
  {
    why: 'Writes beyond a typed array, or at NaN, which changes nothing.',
    mutants: {
      'charts/series': ['tamed: < => <='],
      'charts/raster': ['Raster.draw: ConditionalExpression => true #2'],
    },
  },
];
