using Spa.Engine.Configuration;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

/// <summary>transformers.optimization: get_linear_schedule_with_warmup and its neighbours, written as they are there.</summary>
internal sealed class LearningRateScheduleTests
{
    private const double Rate = 2e-4;

    [Test]
    public void Rates_equal_the_formulas_of_transformers([Values(ScheduleKind.Linear, ScheduleKind.Cosine, ScheduleKind.Constant, ScheduleKind.ConstantWithWarmup)] ScheduleKind kind,
        [Values(0, 1, 3, 10)] int warmup, [Values(1, 7, 10, 40)] int total)
    {
        var schedule = new LearningRateSchedule(new TrainerSettings { LearningRate = Rate, Schedule = kind, WarmupSteps = warmup }, total);
        for (int step = 0; step < total; step++)
        {
            double expected = Rate * kind switch
            {
                ScheduleKind.Constant => 1,
                _ when step < warmup => (double)step / Math.Max(1, warmup),
                ScheduleKind.ConstantWithWarmup => 1,
                ScheduleKind.Linear => Math.Max(0.0, (double)(total - step) / Math.Max(1, total - warmup)),
                _ => Math.Max(0.0, 0.5 * (1.0 + Math.Cos(Math.PI * 0.5 * 2.0 * ((double)(step - warmup) / Math.Max(1, total - warmup))))),
            };
            Assert.That(schedule.At(step), Is.EqualTo(expected).Within(1e-15 * Rate + 1e-12 * expected), $"{kind}, update {step}");
        }
    }

    // Literal rates of a peak of 1: warm-up 2 of 10 updates unless the case says otherwise, worked out from the formulas by hand.
    private static IEnumerable<TestCaseData> Literals()
    {
        TestCaseData Case(ScheduleKind kind, SchedulerConfig options, params double[] rates) => new TestCaseData(kind, options, rates).SetArgDisplayNames($"{kind} {options}");
        yield return Case(ScheduleKind.CosineWithMinLr, new() { MinLrRate = 0.1 }, 0, 0.5, 1, 0.1 + 0.9 * 0.961939766255643, 0.1 + 0.9 * 0.853553390593274, 0.1 + 0.9 * 0.691341716182545, 0.55);
        yield return Case(ScheduleKind.CosineWithMinLr, new() { MinLr = 0.2 }, 0, 0.5, 1, 0.2 + 0.8 * 0.961939766255643, 0.2 + 0.8 * 0.853553390593274, 0.2 + 0.8 * 0.691341716182545, 0.6);
        yield return Case(ScheduleKind.CosineWithRestarts, new() { NumCycles = 2 }, 0, 0.5, 1, 0.853553390593274, 0.5, 0.146446609406726, 1, 0.853553390593274, 0.5, 0.146446609406726);
        yield return Case(ScheduleKind.Cosine, new() { NumCycles = 1 }, 0, 0.5, 1, 0.853553390593274, 0.5, 0.146446609406726, 0, 0.146446609406726, 0.5, 0.853553390593274);
        yield return Case(ScheduleKind.Polynomial, new() { LrEnd = 0.2, Power = 2 }, 0, 0.5, 1, 0.2 + 0.8 * 49 / 64, 0.2 + 0.8 * 36 / 64, 0.2 + 0.8 * 25 / 64, 0.4);
        yield return Case(ScheduleKind.Polynomial, new(), 0, 0.5, 1, 0.8750000125, 0.750000025);
        yield return Case(ScheduleKind.InverseSqrt, new(), 0, 0.5, 1, 0.816496580927726, 0.707106781186548, 0.632455532033676, 0.577350269189626);
        yield return Case(ScheduleKind.InverseSqrt, new() { Timescale = 8 }, 0, 0.5, 1, 0.942809041582063, 0.894427190999916, 0.852802865422442, 0.816496580927726);
        yield return Case(ScheduleKind.WarmupStableDecay, new() { NumDecaySteps = 4 }, 0, 0.5, 1, 1, 1, 1, 1, 0.853553390593274, 0.5, 0.146446609406726, 0);
        yield return Case(ScheduleKind.WarmupStableDecay, new() { NumStableSteps = 2, NumDecaySteps = 4, DecayType = "linear", MinLrRatio = 0.2 }, 0.2, 0.6, 1, 1, 1, 0.8, 0.6, 0.4, 0.2, 0.2);
        yield return Case(ScheduleKind.WarmupStableDecay, new() { NumDecaySteps = 4, DecayType = "1-sqrt", WarmupType = "cosine" }, 0, 0.5, 1, 1, 1, 1, 1, 0.5, 0.292893218813452, 0.133974596215561);
        yield return Case(ScheduleKind.WarmupStableDecay, new() { NumDecaySteps = 4, WarmupType = "1-sqrt" }, 0, 0.292893218813452, 1);
    }

    [TestCaseSource(nameof(Literals))]
    public void Rates_are_those_worked_out_by_hand(ScheduleKind kind, SchedulerConfig options, double[] rates)
    {
        var schedule = new LearningRateSchedule(new TrainerSettings { LearningRate = 1, Schedule = kind, WarmupSteps = 2, ScheduleOptions = options }, 10);
        for (int step = 0; step < rates.Length; step++) Assert.That(schedule.At(step), Is.EqualTo(rates[step]).Within(1e-14), $"update {step}");
    }

    [Test]
    public void Without_a_warm_up_the_inverse_root_begins_at_the_peak_and_falls_over_ten_thousand_updates()
    {
        var schedule = new LearningRateSchedule(new TrainerSettings { LearningRate = 1, Schedule = ScheduleKind.InverseSqrt }, 100_000);
        Assert.That((schedule.At(0), schedule.At(30_000)), Is.EqualTo((1.0, 0.5)));
    }

    [Test]
    public void A_polynomial_that_does_not_fall_is_refused() =>
        Assert.That(() => new LearningRateSchedule(new TrainerSettings { LearningRate = 1e-7, Schedule = ScheduleKind.Polynomial }, 10),
            Throws.TypeOf<UsageException>().With.Message.Contains("the learning rate 1E-07 must be above it"));

    [TestCase(0.1, 96, 10)]
    [TestCase(0.1, 7, 1)]
    [TestCase(0.03, 100, 3)]
    [TestCase(0, 50, 0)]
    [TestCase(1, 5, 5)]
    public void A_warm_up_ratio_is_rounded_up(double ratio, int updates, int expected) =>
        Assert.That(new LearningRateSchedule(new TrainerSettings { WarmupRatio = ratio }, updates).Warmup, Is.EqualTo(expected));

    [Test]
    public void Warm_up_steps_win_over_the_ratio() =>
        Assert.That(new LearningRateSchedule(new TrainerSettings { WarmupRatio = 0.5, WarmupSteps = 3 }, 100).Warmup, Is.EqualTo(3));
}
