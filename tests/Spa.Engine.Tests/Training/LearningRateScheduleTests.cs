using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

/// <summary>transformers.optimization: get_linear_schedule_with_warmup and its neighbours, written as they are there.</summary>
internal sealed class LearningRateScheduleTests
{
    private const double Rate = 2e-4;

    [Test]
    public void Rates_equal_the_formulas_of_transformers([Values] ScheduleKind kind, [Values(0, 1, 3, 10)] int warmup, [Values(1, 7, 10, 40)] int total)
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
