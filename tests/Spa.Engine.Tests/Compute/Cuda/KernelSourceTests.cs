using Spa.Engine.Compute.Cuda.Jit;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>Recursive sources and the keys made of them.</summary>
internal sealed class KernelSourceTests
{
    [Test]
    public void A_source_has_every_header_under_its_name_from_the_root()
    {
        KernelSource source = TestKernel.Sources().Get("scale");
        Assert.That(source.Headers.Keys, Is.EquivalentTo(["common/outer.cuh", "common/inner.cuh"]));
        Assert.That(source.Headers["common/outer.cuh"], Is.EqualTo("#pragma once\n  # include \"common/inner.cuh\"\n#include \"common/inner.cuh\"\n"));
        Assert.That(source.Line("common/inner.cuh", 3), Is.EqualTo("return x * factor;"));
    }

    [Test]
    public void A_change_in_a_header_of_a_header_changes_the_hash()
    {
        string changed = TestKernel.Sources("common/inner.cuh", TestKernel.Files["common/inner.cuh"] + "\n").Get("scale").Hash;
        Assert.That(changed, Is.Not.EqualTo(TestKernel.Sources().Get("scale").Hash));
        Assert.That(TestKernel.Sources("unused.cuh", "x").Get("scale").Hash, Is.EqualTo(TestKernel.Sources().Get("scale").Hash));
    }

    [Test]
    public void Headers_in_a_circle_end() =>
        Assert.That(TestKernel.Sources("common/inner.cuh", "#include \"outer.cuh\"\n").Get("scale").Headers, Has.Count.EqualTo(2));

    [Test]
    public void A_missing_header_names_who_wants_it() =>
        Assert.That(() => TestKernel.Sources("common/inner.cuh", "#include \"no.cuh\"\n").Get("scale"), Throws.InstanceOf<SpaException>().With.Message.EqualTo("native/kernels/common/inner.cuh includes 'no.cuh', which is not in native/kernels"));

    [Test]
    public void A_header_of_the_toolkit_is_refused() =>
        Assert.That(() => TestKernel.Sources("scale.cu", "#include <cuda_bf16.h>\n").Get("scale"), Throws.InstanceOf<SpaException>().With.Message.Contains("<cuda_bf16.h>").And.Message.Contains("nothing but files of native/kernels"));

    [Test]
    public void Every_part_of_a_key_changes_it()
    {
        KernelTarget ninety = new("sm_90a");
        KernelTemplate otherEntry = new("scale", "scale_backward", ["SPA_FACTOR", "SPA_SHARED"], 32, [[2, 0]]), otherMacro = new("scale", "scale_forward", ["SPA_FACTOR", "SPA_OTHER"], 32, [[2, 0]]);
        string[] hashes =
        [
            TestKernel.Key(ninety).CacheHash(13000),
            TestKernel.Key(ninety).CacheHash(12090),
            TestKernel.Key(ninety).SourceHash,
            TestKernel.Key(new KernelTarget("sm_80")).CacheHash(13000),
            TestKernel.Key(ninety, TestKernel.Template.Variants[1]).CacheHash(13000),
            TestKernel.Key(ninety, otherEntry.Variants[0]).CacheHash(13000),
            TestKernel.Key(ninety, otherMacro.Variants[0]).CacheHash(13000),
            TestKernel.Key(ninety, null, TestKernel.Sources("common/inner.cuh", "//\n")).CacheHash(13000),
        ];
        Assert.That(hashes.Distinct().Count(), Is.EqualTo(hashes.Length));
        Assert.That(TestKernel.Key(ninety).CacheHash(13000), Is.EqualTo(hashes[0]));
    }

    [Test]
    public void A_variant_takes_as_many_values_as_there_are_macros()
    {
        Assert.That(TestKernel.Template.With(3, 1), Is.EqualTo(TestKernel.Template.Variants[2]));
        Assert.That(TestKernel.Template.With(3, 1).ToString(), Is.EqualTo("scale_forward[3,1]"));
        Assert.That(() => TestKernel.Template.With(3), Throws.ArgumentException.With.Message.EqualTo("scale_forward: expected 2 values (SPA_FACTOR, SPA_SHARED), found 1"));
    }

    [Test]
    public void Finding_a_kernel_by_its_values_allocates_nothing()
    {
        Dictionary<KernelVariant, int> kernels = TestKernel.Template.Variants.Select((variant, i) => (variant, i)).ToDictionary();
        int sum = kernels[TestKernel.Template.With(2, 0)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) sum += kernels[TestKernel.Template.With(3, i & 1)];
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(sum, Is.EqualTo(150));
    }
}
