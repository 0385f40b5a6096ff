using Spa.Cli.Profiling;
using Spa.Cli.Tests.Support;
using Spa.Emulator.Counters;
using Spa.Engine;
using Spa.Engine.Compute.Cuda.Cases;
using Spa.Engine.Compute.Cuda.Jit;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Cli.Tests.Profiling;

/// <summary>
/// What every kernel does in every case, counted on the emulated device from the packed PTX, against bench/baselines/kernels/counts.json: a kernel that needs more instructions, sectors,
/// bytes or passes over shared memory fails. <c>SPA_UPDATE_DOCS=1</c> writes the file.
/// </summary>
internal sealed class KernelBaselineTests
{
    private static readonly Lazy<IReadOnlyList<KernelProfile>> s_profiles = new(Measure);

    private static string File => Path.Combine(Fixtures.Root, "bench", "baselines", "kernels", "counts.json");

    [Test]
    public void No_kernel_is_worse_than_its_baseline()
    {
        var now = KernelBaseline.Of(s_profiles.Value);
        if (Environment.GetEnvironmentVariable("SPA_UPDATE_DOCS") == "1") System.IO.File.WriteAllText(File, now.ToJson());
        (IReadOnlyList<string> worse, IReadOnlyList<string> other) = KernelBaseline.Read(File).Compare(now, whole: true);
        foreach (string line in other) TestContext.Out.WriteLine($"SPA_UPDATE_DOCS=1 writes the baseline anew: {line}");
        Assert.That(worse, Is.Empty, "if the kernel is right so, SPA_UPDATE_DOCS=1 writes the baseline anew, and the commit says why");
        Assert.That(other.Where(line => line.EndsWith("baseline", StringComparison.Ordinal) || line.EndsWith("only", StringComparison.Ordinal)), Is.Empty, "a case without a baseline holds nothing");
    }

    [Test]
    public void Every_kernel_has_a_case()
    {
        IEnumerable<string> run = KernelCases.All.SelectMany(work => work.Kernels).Distinct();
        Assert.That(run, Is.EquivalentTo(KernelCatalogue.Templates.Select(template => template.Entry)));
        Assert.That(KernelCases.All.Select(work => work.Name), Is.Unique);
    }

    [Test]
    public void A_case_launches_the_kernels_that_it_names()
    {
        ILookup<string, string> launched = s_profiles.Value.ToLookup(profile => profile.Case, profile => profile.Kernel);
        Assert.Multiple(() =>
        {
            foreach (KernelCase work in KernelCases.All) Assert.That(launched[work.Name], Is.EquivalentTo(work.Kernels), work.Name);
        });
    }

    [Test]
    public void Counts_are_the_same_in_every_run()
    {
        KernelCase[] cases = [.. KernelCases.All.Where(work => work.Kernels.Contains("sample") || work.Kernels.Contains("scatter_add"))];
        string[] names = [.. cases.Select(work => work.Name)];
        var again = KernelBaseline.Of(KernelProfiler.Run(cases, Packed(), threads: 2));
        Assert.That(again.ToJson(), Is.EqualTo(KernelBaseline.Of(s_profiles.Value.Where(profile => names.Contains(profile.Case))).ToJson()));
    }

    [Test]
    public void Growth_beyond_the_margin_is_worse_and_everything_else_a_notice()
    {
        KernelBaseline before = Of(("a", 1000), ("b", 1000), ("c", 1000), ("d", 1000)), now = Of(("a", 1020), ("b", 1021), ("c", 900), ("e", 1));
        (IReadOnlyList<string> worse, IReadOnlyList<string> other) = before.Compare(now, whole: true);
        Assert.That(worse, Is.EqualTo(new[] { "b, case: instructions 1,000 -> 1,021" }));
        Assert.That(other, Is.EqualTo(new[] { "a, case: instructions 1,000 -> 1,020", "c, case: instructions 1,000 -> 900", "e, case: not in the baseline", "d, case: in the baseline only" }));
        Assert.That(before.Compare(now, whole: false).Other, Has.None.Contains("d, case"));
    }

    [TestCase("{")]
    [TestCase("{}")]
    [TestCase("[{\"kernel\": \"a\"}]")]
    [TestCase("[{\"kernel\": \"a\", \"case\": \"b\", \"instructions\": \"many\", \"sectors\": 0, \"bytes\": 0, \"bank_conflicts\": 0, \"local_bytes\": 0}]")]
    public void Another_file_is_refused_in_one_line(string text)
    {
        using TempFolder folder = new();
        string path = folder.In("kernels.json");
        System.IO.File.WriteAllText(path, text);
        Assert.That(() => KernelBaseline.Read(path), Throws.InstanceOf<SpaException>().With.Message.Contains("expected a baseline of kernels"));
    }

    [Test]
    public void A_written_baseline_is_read_as_it_was()
    {
        using TempFolder folder = new();
        string path = folder.In("kernels.json");
        KernelBaseline written = Of(("a", 1), ("b", 2));
        System.IO.File.WriteAllText(path, written.ToJson());
        Assert.That(KernelBaseline.Read(path).ToJson(), Is.EqualTo(written.ToJson()));
    }

    private static KernelBaseline Of(params (string Kernel, long Instructions)[] entries) =>
        KernelBaseline.Of(entries.Select(entry => new KernelProfile("case", new LaunchCounts { Kernel = entry.Kernel, Instructions = entry.Instructions })));

    private static IReadOnlyList<KernelProfile> Measure() => KernelProfiler.Run(KernelCases.All, Packed(), threads: 0);

    // Another NVRTC than the archive's would count otherwise. PTX is not looked for in the cache where there is no compiler.
    private static KernelJit Packed() => new(KernelSources.Embedded, new KernelCache(Path.GetTempPath()), PtxArchive.Embedded, compiler: null);
}
