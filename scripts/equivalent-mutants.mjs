// The mutants that no spec can kill, and why: `npm run mutation` lists any other that lives. Each is written as
// `what the source says => what the mutant says`, by file.

export const EQUIVALENT = [
  {
    why: 'Where both sides are equal, both branches give the same.',
    changes: {
      axis: [
        'value < low => value <= low',
        'value > high => value >= high',
        'high > 0 => high >= 0', // 0 as the high end of a narrow range would be the low end, too
      ],
      plan: ['Math.abs(n) >= 1e5 => Math.abs(n) > 1e5'],
      plot: [
        'value < lowest => value <= lowest',
        'step >= (epochs[i + 1]?.firstStep ?? Infinity) => step > (epochs[i + 1]?.firstStep ?? Infinity)',
        'value > most => value >= most',
      ],
      'plot-text': ['column < fromColumn => column <= fromColumn'],
      schedule: ['t < end => t <= end', 't <= span.start.hi => t < span.start.hi'],
      timeline: ['i <= listed => i < listed'],
    },
  },
  {
    why: 'They differ where two rounded numbers are equal to the last digit, which no input was found to give.',
    changes: {
      axis: [
        'high - low > narrowest * Math.abs(low) => high - low >= narrowest * Math.abs(low)',
        '(place(b.value) - place(a.value)) * length >= apart(a, b) - 1e-9 => (place(b.value) - place(a.value)) * length > apart(a, b) - 1e-9',
      ],
      'plot-svg': [
        'Number(at) - half < free => Number(at) - half <= free',
        'lines.reduce((sum, line) => sum + turnsOf(line), 0) > (right - left) / 3 => lines.reduce((sum, line) => sum + turnsOf(line), 0) >= (right - left) / 3',
      ],
      plot: ['low > ZERO.exact * high => low >= ZERO.exact * high'],
      schedule: [
        'end - t <= room => end - t < room',
        'hi > Math.PI / 6 => hi >= Math.PI / 6',
        'span.T_i.hi <= update * (1 + ROUNDING) => span.T_i.hi < update * (1 + ROUNDING)',
      ],
    },
  },
  {
    why: 'One more turn of a loop finds nothing, or writes where nothing reads.',
    changes: {
      config: ['i < listed => i <= listed'],
      'plot-svg': ['i < last => i <= last'],
      'plot-text': ['column < columns => column <= columns'],
      plot: [
        'k < samples => k <= samples',
        'i < steps.x.length => i <= steps.x.length',
        '2 * x.length - 1 => 2 * x.length + 1',
      ],
      timeline: ['digit < RADIX => digit <= RADIX', 'step < 6 => step <= 6'],
    },
  },
  {
    why: 'The search is off by one cycle at most, and beyond 2^53 cycles by no more than those are told apart.',
    changes: {
      timeline: [
        'step < 4 => true',
        'step < 4 => step <= 4',
        'step++ => step--',
        'listed < count => true', // the formula after the table: not asked for where the table is all
        'listed < count => listed <= count',
      ],
    },
  },
  {
    why: 'A memo or a shortcut: without it the same comes out, later.',
    changes: {
      callback: [
        'before !== undefined && t >= before.start && t < before.end => false',
        't >= before.start => t > before.start',
        '!onChange && !onRestart && !this.#reporter.isTalkative => false',
      ],
      reporter: ['this.#verbose > 0 => true', 'this.#verbose > 0 => this.#verbose >= 0'],
      schedule: [
        'latest.span.index === cycles.count - 1 => false',
        'cycles.count - 1 => cycles.count + 1',
        't < latest.span.start.hi || (t >= latest.span.end.hi && !isLast) => true',
        't < latest.span.start.hi => t <= latest.span.start.hi',
        't >= latest.span.end.hi && !isLast => t >= latest.span.end.hi || !isLast',
        't >= latest.span.end.hi => true',
        'update === 0 => false',
      ],
    },
  },
  {
    why: 'Below the last digit: a factor of a rounding error, or the low half of a low half.',
    changes: {
      'double-double': ['middle.lo + low.lo => middle.lo - low.lo'],
      schedule: ['2 * sine * slopeAt(sine) => 2 * sine / slopeAt(sine)'],
    },
  },
  {
    why: 'A comparison with undefined or NaN is false, as the condition would be.',
    changes: {
      config: ["typeof cycles !== 'number' => false"],
      state: ['i > 0 => true', 'i > 0 => i >= 0'],
    },
  },
  {
    why: 'What is in the list at first is dropped, or overwritten, before anything reads it.',
    changes: {
      callback: ['this.#schedule !== undefined => true'],
      'plot-svg': ['[] => ["Stryker was here"]'],
      'plot-text': ['[] => ["Stryker was here"]'],
      plot: ['[] => ["Stryker was here"]'],
    },
  },
  {
    why: 'Any other text does as well: it only tells one subject, or one kind, from the others.',
    changes: {
      callback: ['\'change\' => ""'],
      plot: ['\'line\' => ""'],
      reporter: ['end', 'writer', 'batches', 'over', 'held'].map((subject) => `'${subject}' => ""`),
    },
  },
  {
    why: 'The ticks of a y axis are 18 pixels apart at least, since it has one per 45 pixels and two more.',
    changes: { 'plot-svg': ['bottom - top => bottom + top', 'FONT + 4 => FONT - 4'] },
  },
  {
    why: 'The joint of a single number.',
    changes: { plan: ['\'\' => "Stryker was here!"'] },
  },
  {
    why: 'zod 4.6 checks beside unknown keys anyway; older ones need to be told.',
    changes: {
      rules: ["{ when: ({ issues }) => issues.every(({ code }) => code === 'unrecognized_keys') } => {}"],
    },
  },
];
