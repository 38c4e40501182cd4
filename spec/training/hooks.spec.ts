describe('onChange and onRestart', () => {
  const config = { T_0: 1, T_mult: 2, eta_max: BASE };

  it('are told every change and every restart of the history, before the update', async () => {
    const model = tinyModel();
    const rates = ratesOf(model);
    const changes: LearningRateChange[] = [];
    const restarts: LearningRateChange[] = [];
    const annealing = new CosineAnnealingCallback(config, {
      ...silent,
      onChange: (change) => {
        expect(rates).to.have.length(change.step);
        changes.push(change);
      },
      onRestart: (change) => {
        expect(rates).to.have.length(change.step);
        restarts.push(change);
      },
    });
    await train(model, annealing);
    expect(changes).to.deep.equal([...annealing.history]);
    expect(restarts).to.deep.equal(annealing.history.restarts);
    expect(restarts.map(({ epoch }) => epoch)).to.deep.equal([1]);
  });

  it('are awaited, in the order cycle end, change, restart', async () => {
    const order: string[] = [];
    const note = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      order.push(`${name} ends`);
    };
    const annealing = new CosineAnnealingCallback(
      { T_0: 1, updateFreq: 'epoch' },
      { ...silent, onChange: note('change'), onRestart: note('restart'), onCycleEnd: note('cycle end') },
    );
    const update = callback({ onBatchEnd: async () => void order.push('update') });
    await train(tinyModel(), [update, annealing], { ...quick, epochs: 2 });
    expect(order).to.deep.equal([
      'change begins',
      'change ends',
      'update',
      'cycle end begins',
      'cycle end ends',
      'change begins',
      'change ends',
      'restart begins',
      'restart ends',
      'update',
      'cycle end begins',
      'cycle end ends',
    ]);
  });

  it('are told nothing where the rate stays the same', async () => {
    let told = 0;
    const annealing = new CosineAnnealingCallback(
      { T_0: 10, eta_min: 0.1, eta_max: 0.1 },
      { ...silent, onChange: () => void told++ },
    );
    await train(tinyModel(), annealing);
    expect(told).to.equal(1);
  });

  it('are told a restart with which a later fit begins, or one resumed', async () => {
    const told: number[] = [];
    const hooks = { ...silent, onRestart: ({ step }: LearningRateChange) => void told.push(step) };
    const annealing = new CosineAnnealingCallback({ T_0: 1 }, hooks);
    const model = tinyModel();
    await train(model, annealing, { epochs: 1 });
    await train(model, annealing, { epochs: 1 });
    const resumed = CosineAnnealingCallback.fromJSON(JSON.stringify(annealing), hooks);
    await train(model, resumed, { initialEpoch: 2 });
    expect(told).to.deep.equal([4, 8]);
  });

  it('are told a return to an earlier cycle as a change, even where the rate stays the same', async () => {
    const told: unknown[] = [];
    const annealing = new CosineAnnealingCallback(
      { T_0: 1, eta_min: 0.1, eta_max: 0.1 },
      { ...silent, onChange: ({ step, cycle, restart }) => void told.push([step, cycle, restart]) },
    );
    const model = tinyModel();
    await train(model, annealing, { epochs: 3 });
    await train(model, annealing, { initialEpoch: 1, epochs: 3 });
    expect(told).to.deep.equal([
      [0, 0, false],
      [4, 1, true],
      [8, 2, true],
      [12, 1, false],
      [16, 2, true],
    ]);
  });

  it('are told a restart where the rate stays the same, too', async () => {
    const told: number[] = [];
    const annealing = new CosineAnnealingCallback(
      { T_0: 1, eta_min: 0.1, eta_max: 0.1 },
      { ...silent, onRestart: ({ step }) => void told.push(step) },
    );
    await train(tinyModel(), annealing);
    expect(told).to.deep.equal([4, 8]);
  });
});

describe('an error in a hook', () => {
  const config = { T_0: 1, T_mult: 2, eta_max: BASE };
  const failOnce = () => {
    let calls = 0;
    return async () => {
      if (calls++ === 0) throw new Error('the hook failed');
    };
  };
  const once: [keyof CosineAnnealingOptions, updates: number, epochsLeft: number[]][] = [
    ['onChange', 0, [0, 1, 2]],
    ['onRestart', 4, [1, 2]],
    ['onCycleEnd', 4, [1, 2]],
  ];
  for (const [hook, done, epochsLeft] of once) {
    it(`rejects the fit, and the next fit goes on; here in ${hook}`, async () => {
      const model = tinyModel();
      const rates = ratesOf(model);
      const annealing = new CosineAnnealingCallback(config, { ...silent, [hook]: failOnce() });
      const error = await rejection(train(model, annealing));
      expect(error.message).to.equal('the hook failed');
      expect(rates).to.have.length(done);
      expect(annealing.step).to.equal(done);
      await train(model, annealing, { epochs: epochsLeft.length });
      expectAnnealed(annealing, rates, updates([0, 1, 2]), config);
    });

    it(`leaves a state that can be saved and resumed; here in ${hook}`, async () => {
      const model = tinyModel();
      const rates = ratesOf(model);
      const annealing = new CosineAnnealingCallback(config, { ...silent, [hook]: failOnce() });
      await rejection(train(model, annealing));
      const resumed = CosineAnnealingCallback.fromJSON(JSON.stringify(annealing), silent);
      await train(model, resumed, { initialEpoch: epochsLeft[0] as number });
      expectAnnealed(resumed, rates, updates([0, 1, 2]), config);
    });
  }

  it('that throws at once, not in a promise, rejects the fit, too', async () => {
    const onChange = () => {
      throw new Error('at once');
    };
    const error = await rejection(
      train(tinyModel(), new CosineAnnealingCallback(config, { ...silent, onChange })),
    );
    expect(error.message).to.equal('at once');
  });
});

