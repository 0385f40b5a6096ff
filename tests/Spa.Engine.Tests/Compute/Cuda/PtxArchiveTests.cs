using System.IO.Compression;
using System.Text;
using Spa.Engine.Compute.Cuda.Jit;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>The packed PTX that the engine carries.</summary>
internal sealed class PtxArchiveTests
{
    [Test]
    public void Every_kernel_is_packed_as_its_source_is_now_and_nothing_else()
    {
        PtxArchive archive = PtxArchive.Embedded;
        string[] stale = [.. KernelCatalogue.Variants.Where(variant => archive.Find(new KernelKey(variant, KernelTarget.Ptx, KernelSources.Embedded.Get(variant.Template.Source))) is null).Select(variant => variant.ToString())];
        Assert.That(stale, Is.Empty, "kernels whose packed PTX is missing or old; './build.sh kernels' packs all of them anew");
        Assert.That(archive.Count, Is.EqualTo(KernelCatalogue.Variants.Count()), "the archive has kernels that are no more; './build.sh kernels'");
    }

    [Test]
    public void Every_template_names_a_source_and_values_for_its_macros()
    {
        Assert.Multiple(() =>
        {
            foreach (KernelTemplate template in KernelCatalogue.Templates)
            {
                Assert.That(KernelSources.Embedded.Names, Does.Contain($"{template.Source}.cu"), template.Entry);
                Assert.That(template.Macros, Has.All.StartsWith("SPA_"), template.Entry);
                Assert.That(template.Variants.Distinct().Count(), Is.EqualTo(template.Variants.Count), $"{template.Entry} names a configuration twice");
            }

            Assert.That(KernelCatalogue.Templates.Select(template => template.Entry), Is.Unique);
        });
    }

    [TestCase("")]
    [TestCase("spa-ptx 2 0\n")]
    [TestCase("spa-ptx 1 1\n")]
    public void Something_else_is_refused(string content)
    {
        using MemoryStream file = new();
        using (BrotliStream brotli = new(file, CompressionLevel.Fastest, leaveOpen: true)) brotli.Write(Encoding.UTF8.GetBytes(content));
        Assert.That(() => new PtxArchive(new MemoryStream(file.ToArray())), Throws.InstanceOf<InvalidDataException>());
    }
}
