"""One learning rate in PyTorch, timm and optax, those that are installed: nanoseconds as JSON, for bench/schedule.ts."""

import json
import math
import statistics
import time

ETA_MIN, ETA_MAX, T_0 = 1e-4, 0.1, 10
POSITIONS = [i / 10 for i in range(4096)]
ROUNDS = 20


def inline():
    return lambda t: ETA_MIN + (ETA_MAX - ETA_MIN) * (1 + math.cos(math.pi * (t % T_0) / T_0)) / 2


def pytorch(T_mult):
    import torch

    optimizer = torch.optim.SGD([torch.zeros(1)], lr=ETA_MAX)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0, T_mult, ETA_MIN)
    optimizer.step()
    return scheduler.step


def timm(cycle_mul):
    import torch
    from timm.scheduler import CosineLRScheduler

    optimizer = torch.optim.SGD([torch.zeros(1)], lr=ETA_MAX)
    scheduler = CosineLRScheduler(optimizer, T_0, lr_min=ETA_MIN, cycle_mul=cycle_mul, cycle_limit=10**9)
    return scheduler.step


def optax(jitted):
    import jax
    import optax

    jax.config.update("jax_platforms", "cpu")
    cycles = [
        dict(init_value=ETA_MAX, peak_value=ETA_MAX, warmup_steps=0, decay_steps=T_0 * 2**i, end_value=ETA_MIN)
        for i in range(6)
    ]
    schedule = optax.sgdr_schedule(cycles)
    schedule = jax.jit(schedule) if jitted else schedule
    return lambda t: schedule(t).block_until_ready()


RIVALS = {
    "Python: bare formula inline, T_mult 1": inline,
    "PyTorch: scheduler.step(epoch), T_mult 1": lambda: pytorch(1),
    "PyTorch: scheduler.step(epoch), T_mult 2": lambda: pytorch(2),
    "timm: scheduler.step(epoch), cycle_mul 1": lambda: timm(1.0),
    "timm: scheduler.step(epoch), cycle_mul 2": lambda: timm(2.0),
    "optax: sgdr_schedule of 6 cycles": lambda: optax(False),
    "optax: sgdr_schedule of 6 cycles, jitted": lambda: optax(True),
}


def nanoseconds(lr, count):
    begin = time.perf_counter_ns()
    for t in POSITIONS[:count]:
        lr(t)
    return (time.perf_counter_ns() - begin) / count


def main():
    skipped, functions = [], {}
    for name, make in RIVALS.items():
        try:
            functions[name] = make()
        except ImportError as error:
            skipped.append(f"{name}: {error}")
    counts = {name: 40 if name.startswith("optax") else len(POSITIONS) for name in functions}
    times = {name: [] for name in functions}
    for round in range(ROUNDS + 2):
        for name, lr in functions.items():
            time_of_one = nanoseconds(lr, counts[name])
            if round >= 2:  # the first rounds warm up
                times[name].append(time_of_one)
    print(json.dumps({"rows": [[name, statistics.median(all)] for name, all in times.items()], "skipped": skipped}))


main()
