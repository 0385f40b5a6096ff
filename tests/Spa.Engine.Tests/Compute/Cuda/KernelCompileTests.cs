using System.Globalization;
using System.Text;
using Spa.Engine.Compute.Cuda.Jit;
using Spa.Engine.Compute.Cuda.Kernels;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>
/// Every kernel in every configuration, compiled by the real NVRTC for every architecture: no warning, no spill, registers within the stated budget. The table is
/// docs/benchmarks/kernels.md; <c>SPA_UPDATE_DOCS=1</c> writes it, otherwise it must be as it is.
/// </summary>
[NonParallelizable]
internal sealed class KernelCompileTests
{
    private static readonly Lazy<(KernelKey Key, KernelImage Image)[]> s_kernels = new(CompileAll);

    private static string Document => Path.Combine(Fixtures.Root, "docs", "benchmarks", "kernels.md");

    [Test]
    public void Every_kernel_compiles_without_warning_or_spill_within_its_registers()
    {
        TestKernel.Compiler();
        Assert.Multiple(() =>
        {
            foreach ((KernelKey key, KernelImage image) in s_kernels.Value)
            {
                string kernel = $"{key.Variant} for {key.Target}";
                Assert.That(image.Warnings, Is.Empty, kernel);
                Assert.That(image.Resources, Is.Not.Null, kernel);
                Assert.That(image.Resources!.HasSpills, Is.False, $"{kernel} spills {image.Resources.SpillStoreBytes} bytes");
                Assert.That(image.Resources.Registers, Is.LessThanOrEqualTo(key.Variant.Template.Registers), $"registers of {kernel}");
            }
        });
    }

    [Test]
    public void The_table_of_kernels_is_as_the_compiler_says()
    {
        TestKernel.Compiler();
        string table = Table();
        if (Environment.GetEnvironmentVariable("SPA_UPDATE_DOCS") == "1") File.WriteAllText(Document, table);
        Assert.That(File.ReadAllText(Document).ReplaceLineEndings("\n"), Is.EqualTo(table), "SPA_UPDATE_DOCS=1 writes the table anew");
    }

    private static (KernelKey, KernelImage)[] CompileAll()
    {
        // A cache that the user named makes the second run quick; without one nothing is left behind.
        bool keep = Environment.GetEnvironmentVariable("SPA_JIT_CACHE") is { Length: > 0 };
        DirectoryInfo? temporary = keep ? null : Directory.CreateTempSubdirectory("spa-kernels-");
        KernelJit jit = new(KernelSources.Embedded, keep ? KernelCache.OfUser() : new KernelCache(temporary!.FullName), PtxArchive.Embedded, TestKernel.Compiler());
        KernelKey[] keys = [.. KernelCatalogue.Variants.SelectMany(variant => KernelTarget.Supported.Select(target => jit.Key(variant, target)))];
        KernelImage[] images = jit.BuildAll(keys, jit.Compiler!);
        temporary?.Delete(recursive: true);
        return [.. keys.Zip(images)];
    }

    private static string Table()
    {
        StringBuilder text = new($"""
            # Kernels

            Every kernel in every configuration that the backend can ask for, as NVRTC 13.0 compiles it: registers of a thread (and the budget that a test holds it to), shared memory that the
            kernel declares, and the share of a multiprocessor's warps that can be there at once at the largest block that the kernel allows (256 threads where it does not say), without dynamic
            shared memory. Nothing spills and nothing warns. Written by `KernelCompileTests` with `SPA_UPDATE_DOCS=1`; `spa kernels list` prints the same on any machine with NVRTC.

            | kernel | constants |{string.Concat(KernelTarget.Supported.Select(target => $" {target} |"))} budget | shared bytes | occupancy |
            |---|---|{string.Concat(KernelTarget.Supported.Select(_ => "---:|"))}---:|---:|---|

            """.ReplaceLineEndings("\n"));
        foreach (IGrouping<KernelVariant, (KernelKey Key, KernelImage Image)> group in s_kernels.Value.GroupBy(kernel => kernel.Key.Variant))
        {
            KernelTemplate template = group.Key.Template;
            string constants = string.Join(", ", template.Macros.Zip(group.Key.Values, (macro, value) => $"{macro["SPA_".Length..].ToLowerInvariant()} {value}"));
            string occupancy = string.Join(", ", group.Select(kernel => KernelOccupancy.Of(kernel.Image.Resources!, kernel.Key.Target)!.Value.Share.ToString("0%", CultureInfo.InvariantCulture)));
            string registers = string.Concat(group.Select(kernel => $" {kernel.Image.Resources!.Registers} |"));
            text.Append($"| {template.Entry} | {constants} |{registers} {template.Registers} | {group.First().Image.Resources!.SharedBytes} | {occupancy} |\n");
        }

        return text.ToString();
    }
}
