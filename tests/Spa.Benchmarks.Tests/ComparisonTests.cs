using Spa.Benchmarks.Baselines;

namespace Spa.Benchmarks.Tests;

/// <summary>What counts as a regression.</summary>
internal sealed class ComparisonTests
{
    private static readonly HostDescription s_host = new("CPU", 2, "X64", "AVX-512", "Linux", ".NET 10");

    [TestCase(100, 0.01, CaseVerdict.Same)]
    [TestCase(104, 0.001, CaseVerdict.Same, Description = "certain, but below the threshold")]
    [TestCase(106, 0.001, CaseVerdict.Slower)]
    [TestCase(112, 0.15, CaseVerdict.Same, Description = "above the threshold, but within the noise")]
    [TestCase(96, 0.001, CaseVerdict.Same)]
    [TestCase(94, 0.001, CaseVerdict.Faster)]
    [TestCase(94, 0.15, CaseVerdict.Same)]
    public void A_change_counts_beyond_threshold_and_noise(double now, double halfBand, CaseVerdict verdict)
    {
        Comparison comparison = new(Of(Case("a", 100, halfBand)), Of(Case("a", now, halfBand)));
        Assert.That(comparison.Cases.Single().Verdict, Is.EqualTo(verdict));
        Assert.That(comparison.HasRegression, Is.EqualTo(verdict == CaseVerdict.Slower));
    }

    [TestCase(0, 0, CaseVerdict.Same)]
    [TestCase(0, 1, CaseVerdict.Allocates)]
    [TestCase(10000, 10050, CaseVerdict.Same)]
    [TestCase(10000, 10200, CaseVerdict.Allocates)]
    [TestCase(10000, 0, CaseVerdict.Same)]
    public void Allocation_is_a_regression_of_its_own(long then, long now, CaseVerdict verdict)
    {
        Comparison comparison = new(Of(Case("a", 100) with { Allocated = then }), Of(Case("a", 50) with { Allocated = now }));
        Assert.That(comparison.Cases.Single().Verdict, Is.EqualTo(verdict == CaseVerdict.Same ? CaseVerdict.Faster : verdict));
        Assert.That(comparison.HasRegression, Is.EqualTo(verdict == CaseVerdict.Allocates));
    }

    [Test]
    public void Cases_of_one_side_only_are_no_regression()
    {
        Comparison comparison = new(Of(Case("a", 1), Case("b", 1)), Of(Case("b", 1), Case("c", 1)));
        Assert.That(comparison.Cases.Select(c => c.Verdict), Is.EqualTo(new[] { CaseVerdict.NotRun, CaseVerdict.Same, CaseVerdict.New }));
        Assert.That(comparison.HasRegression, Is.False);
    }

    [Test]
    public void Two_machines_are_compared_by_their_shares_of_the_ceilings()
    {
        Baseline then = Of(Case("a", 100) with { OfCeiling = Near(0.8) }, Case("b", 100) with { OfCeiling = Near(0.8) }, Case("c", 100));
        Baseline now = Of(Case("a", 900) with { OfCeiling = Near(0.8) }, Case("b", 50) with { OfCeiling = Near(0.4) }, Case("c", 900)) with { Host = s_host with { Processor = "other" } };
        Comparison comparison = new(then, now);
        Assert.That(comparison.Cases.Select(c => c.Verdict), Is.EqualTo(new[] { CaseVerdict.Same, CaseVerdict.Slower, CaseVerdict.NotComparable }));
        Assert.That(comparison.Cases[1].Slowdown!.Value.Median, Is.EqualTo(2).Within(1e-12));
    }

    [Test]
    public void Versions_of_system_and_runtime_do_not_make_another_machine() =>
        Assert.That(s_host.IsSameMachine(s_host with { Os = "other", Runtime = "other" }), Is.True);

    [Test]
    public void A_share_is_of_the_slower_of_operations_and_bytes()
    {
        CaseResult[] ceilings =
        [
            new("MatMulBenchmark.MatMul(Threads: 1, Form: Forward, Shape: 1024x1024x1024)", [10], Flops: 1000, Bytes: 1, Allocated: 0, Threads: 1),
            new("MatMulBenchmark.MatMul(Shape: 1024x1024x1024, Threads: 2, Form: Forward)", [5], Flops: 1000, Bytes: 1, Allocated: 0, Threads: 2),
            new("MemoryReadBenchmark.Sum(Threads: 2, Size: 1024 MiB)", [10], Flops: 0, Bytes: 100, Allocated: 0, Threads: 2),
        ];
        double? Share(double flops, double bytes, int? threads = 2) => new Ceilings(ceilings).Share(new CaseResult("op", [50], flops, bytes, 0, threads))?.Median;
        Assert.Multiple(() =>
        {
            Assert.That(Share(5000, 0), Is.EqualTo(0.5));
            Assert.That(Share(5000, 0, threads: 1), Is.EqualTo(1));
            Assert.That(Share(5000, 0, threads: null), Is.EqualTo(0.5), "a case that does not say uses all threads");
            Assert.That(Share(5000, 400), Is.EqualTo(0.8), "reading takes longer than arithmetic");
            Assert.That(Share(8000, 400), Is.EqualTo(0.8));
            Assert.That(Share(0, 400, threads: 1), Is.Null, "memory was not measured on one thread");
            Assert.That(Share(0, 0), Is.Null);
            Assert.That(new Ceilings(ceilings).Share(ceilings[0]), Is.Null, "a ceiling has no share of itself");
            Assert.That(new Ceilings(ceilings).Share(ceilings[1] with { Name = ceilings[1].Name.Replace("Forward", "ForwardPacked") }), Is.Not.Null);
        });
    }

    private static Baseline Of(params BaselineCase[] cases) => new("m", new DateOnly(2026, 1, 2), s_host, cases);

    private static BaselineCase Case(string name, double nanoseconds, double halfBand = 0.001) => new(name, Near(nanoseconds, halfBand), 15, null, null, null, 0);

    private static Measure Near(double value, double halfBand = 0.001) => new(value, value * (1 - halfBand), value * (1 + halfBand));
}
