using System.Diagnostics;
using System.Text;
using Spa.Engine.Compute.Cuda.Jit;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>Compiler, cache and archive together, on the real NVRTC.</summary>
internal sealed class KernelJitTests
{
    private static readonly KernelTarget s_target = new("sm_90a");

    private DirectoryInfo _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("spa-jit-");

    [TearDown]
    public void RemoveFolder() => _folder.Delete(recursive: true);

    [Test]
    public void A_kernel_is_compiled_once_and_lies_beside_its_source()
    {
        KernelJit jit = Jit();
        ReadOnlyMemory<byte> code = jit.Image(TestKernel.Template.Variants[2], s_target);
        string path = jit.Cache.PathOf(jit.Key(TestKernel.Template.Variants[2], s_target), jit.Compiler!.Version);
        Assert.That(File.ReadAllBytes(Path.Combine(path, "kernel.cubin")), Is.EqualTo(code.ToArray()));
        Assert.That(File.ReadAllText(Path.Combine(path, "kernel.cu")), Does.StartWith("// --gpu-architecture=sm_90a").And.Contain("-DSPA_FACTOR=3").And.Contain("return x * factor;"));
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(path, "kernel.cubin"));
        Assert.That(Jit().Image(TestKernel.Template.Variants[2], s_target).ToArray(), Is.EqualTo(code.ToArray()));
        Assert.That(File.GetLastWriteTimeUtc(Path.Combine(path, "kernel.cubin")), Is.EqualTo(written));
        Assert.That(_folder.GetDirectories(), Has.Length.EqualTo(1));
    }

    [Test]
    public void Resources_are_read_from_the_assembler_and_kept()
    {
        KernelJit jit = Jit();
        KernelKey key = jit.Key(TestKernel.Template.Variants[2], s_target);
        KernelImage built = jit.Build(key, jit.Compiler!), cached = Jit().Cache.Find(key, 13000)!;
        Assert.That(built.Resources, Is.EqualTo(cached.Resources));
        Assert.That(built.Resources!.Registers, Is.InRange(4, 32));
        Assert.That((built.Resources.SharedBytes, built.Resources.HasSpills, built.Resources.MaxThreads, built.Warnings), Is.EqualTo((512, false, 128, "")));
        Assert.That(KernelOccupancy.Of(built.Resources, s_target)!.Value.Blocks, Is.EqualTo(16));
    }

    [TestCase("kernel.cubin")]
    [TestCase("kernel.json")]
    public void A_damaged_kernel_is_built_again(string file)
    {
        KernelJit jit = Jit();
        KernelKey key = jit.Key(TestKernel.Template.Variants[0], s_target);
        byte[] code = jit.Build(key, jit.Compiler!).Code;
        string path = jit.Cache.PathOf(key, 13000);
        File.WriteAllText(Path.Combine(path, file), "damaged");
        Assert.That(jit.Cache.Find(key, 13000), Is.Null);
        Assert.That(jit.Build(key, jit.Compiler!).Code, Is.EqualTo(code));
        Assert.That(jit.Cache.Find(key, 13000)!.Code, Is.EqualTo(code));
        Assert.That(_folder.GetDirectories(), Has.Length.EqualTo(1), "nothing half-made is left");
    }

    [Test]
    public void Many_writers_of_one_kernel_leave_one()
    {
        KernelKey key = TestKernel.Key(s_target);
        KernelImage image = new([1, 2, 3], null, "");
        bool[] stored = [.. Enumerable.Range(0, 32).AsParallel().WithDegreeOfParallelism(8).Select(_ => new KernelCache(_folder.FullName).Store(key, 13000, image))];
        Assert.That(stored, Has.All.True);
        Assert.That(_folder.GetDirectories(), Has.Length.EqualTo(1));
        Assert.That(new KernelCache(_folder.FullName).Find(key, 13000)!.Code, Is.EqualTo(image.Code));
    }

    [Test]
    public void A_cache_that_cannot_be_written_is_no_failure()
    {
        string file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");
        Assert.That(new KernelCache(Path.Combine(file, "cache")).Store(TestKernel.Key(s_target), 13000, new KernelImage([1], null, "")), Is.False);
    }

    [Test]
    public void Clearing_removes_kernels_and_nothing_else()
    {
        KernelCache cache = new(_folder.FullName);
        cache.Store(TestKernel.Key(s_target), 13000, new KernelImage([1], null, ""));
        _folder.CreateSubdirectory("photographs");
        Assert.That(cache.Clear(), Is.EqualTo(1));
        Assert.That(_folder.GetDirectories().Select(d => d.Name), Is.EqualTo(["photographs"]));
    }

    [Test]
    public void Kernels_are_built_in_parallel_with_progress()
    {
        KernelJit jit = Jit();
        KernelKey[] keys = [.. TestKernel.Template.Variants.Select(variant => jit.Key(variant, s_target))];
        List<int> told = [];
        KernelImage[] images = jit.BuildAll(keys, jit.Compiler!, threads: 2, (done, _) => { lock (told) told.Add(done); });
        Assert.That(told, Is.EquivalentTo([1, 2, 3]));
        Assert.That(images[0].Code, Is.Not.EqualTo(images[1].Code));
    }

    [Test]
    public void A_source_that_does_not_compile_shows_its_line()
    {
        KernelSources broken = TestKernel.Sources("common/inner.cuh", TestKernel.Files["common/inner.cuh"].Replace("x * factor", "x * fctor", StringComparison.Ordinal));
        SpaException error = Assert.Throws<SpaException>(() => TestKernel.Compiler().Compile(TestKernel.Key(s_target, null, broken)))!;
        Assert.That(error.Message, Does.StartWith("kernel scale_forward[2,0] for sm_90a does not compile: common/inner.cuh(3): error: identifier \"fctor\" is undefined").And.EndWith("`return x * fctor;`"));
    }

    [Test]
    public void An_unknown_architecture_is_one_line()
    {
        SpaException error = Assert.Throws<SpaException>(() => TestKernel.Compiler().Compile(TestKernel.Key(new KernelTarget("sm_1"))))!;
        Assert.That(error.Message, Does.Contain("scale_forward[2,0] for sm_1").And.Contain("NVRTC_ERROR_INVALID_OPTION"));
    }

    [Test]
    public void PTX_names_its_files_without_folders()
    {
        string ptx = Encoding.UTF8.GetString(TestKernel.Compiler().Compile(TestKernel.Key(KernelTarget.Ptx)).Code);
        string[] files = [.. ptx.Split('\n').Where(line => line.TrimStart().StartsWith(".file", StringComparison.Ordinal)).Select(line => line.Split('"')[1])];
        Assert.That(files, Is.EquivalentTo(["scale.cu", "common/inner.cuh"]));
    }

    [Test]
    public void Without_a_compiler_packed_PTX_serves_and_an_old_one_does_not()
    {
        KernelCompiler compiler = TestKernel.Compiler();
        KernelKey[] keys = [.. TestKernel.Template.Variants.Select(variant => TestKernel.Key(KernelTarget.Ptx, variant))];
        using MemoryStream file = new(), again = new();
        PtxArchive.Write(file, keys.Select(key => (key, compiler.Compile(key).Code)));
        PtxArchive.Write(again, keys.Reverse().Select(key => (key, compiler.Compile(key).Code)));
        Assert.That(file.ToArray(), Is.EqualTo(again.ToArray()), "the same kernels give the same bytes");
        PtxArchive archive = new(new MemoryStream(file.ToArray()));
        Assert.That(archive.Names, Is.EqualTo(keys.Select(key => key.Variant.ToString())));
        ReadOnlyMemory<byte> ptx = new KernelJit(TestKernel.Sources(), Cache(), archive, null).Image(TestKernel.Template.Variants[1], s_target);
        Assert.That(ptx.ToArray(), Is.EqualTo(compiler.Compile(keys[1]).Code));
        KernelJit changed = new(TestKernel.Sources("common/inner.cuh", TestKernel.Files["common/inner.cuh"] + "// new\n"), Cache(), archive, null);
        Assert.That(() => changed.Image(TestKernel.Template.Variants[1], s_target), Throws.InstanceOf<SpaException>().With.Message.StartsWith("kernel scale_forward[3,0] for sm_90a: expected a compiler or the kernel in the packed PTX"));
    }

    [Test]
    public void Without_a_compiler_the_cache_still_serves()
    {
        ReadOnlyMemory<byte> code = Jit().Image(TestKernel.Template.Variants[0], s_target);
        using MemoryStream empty = new();
        PtxArchive.Write(empty, []);
        KernelJit never = new(TestKernel.Sources(), Cache(), new PtxArchive(new MemoryStream(empty.ToArray())), null);
        Assert.That(never.Image(TestKernel.Template.Variants[0], s_target).ToArray(), Is.EqualTo(code.ToArray()));
    }

    [Test]
    public void A_warm_start_takes_no_time_worth_speaking_of()
    {
        Jit().Image(TestKernel.Template.Variants[0], s_target);
        KernelJit warm = Jit();
        _ = warm.Compiler!.Version;
        Stopwatch watch = Stopwatch.StartNew();
        warm.Image(TestKernel.Template.Variants[0], s_target);
        // 50 ms is the whole engine's; one kernel reads two small files.
        Assert.That(watch.ElapsedMilliseconds, Is.LessThan(50));
    }

    private KernelCache Cache() => new(_folder.FullName);

    private KernelJit Jit() => new(TestKernel.Sources(), Cache(), PtxArchive.Embedded, TestKernel.Compiler());
}
