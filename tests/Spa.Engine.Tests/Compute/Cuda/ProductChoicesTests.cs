using Spa.Engine.Compute.Cuda.CublasLt;
using Spa.Interop.CublasLt;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>Which algorithms won, from run to run.</summary>
internal sealed class ProductChoicesTests
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"spa-products-{Guid.NewGuid():n}");

    private static readonly MatmulShape s_shape = new(1000, 4096, 14336, false, true, cudaDataType_t.CUDA_R_16BF, cudaDataType_t.CUDA_R_16BF, 14336, 14336, 4096);

    [TearDown]
    public void Remove()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void A_choice_is_there_in_the_next_run_on_the_same_device_and_library_only()
    {
        Choices().Add("nt 64x64x64", Algorithm(7), 12.5);
        Assert.That(Choices().TryGet("nt 64x64x64", out cublasLtMatmulAlgo_t algorithm));
        Assert.That(ProductChoices.Bytes(algorithm).SequenceEqual(ProductChoices.Bytes(Algorithm(7))));
        Assert.That(Choices().TryGet("nn 64x64x64", out _), Is.False);
        Assert.That(new ProductChoices(_folder, "NVIDIA H100", 130100).TryGet("nt 64x64x64", out _), Is.False, "another library");
        Assert.That(new ProductChoices(_folder, "NVIDIA A100", 130000).TryGet("nt 64x64x64", out _), Is.False, "another device");
    }

    [Test]
    public void Two_processes_keep_each_others_choices_and_the_first_of_a_key()
    {
        ProductChoices one = Choices(), other = Choices();
        one.Add("a", Algorithm(1), 1);
        other.Add("b", Algorithm(2), 2);
        other.Add("a", Algorithm(3), 3);
        ProductChoices next = Choices();
        Assert.That(next.TryGet("a", out cublasLtMatmulAlgo_t a) && ProductChoices.Bytes(a)[0] == 1);
        Assert.That(next.TryGet("b", out cublasLtMatmulAlgo_t b) && ProductChoices.Bytes(b)[0] == 2);
    }

    [Test]
    public void A_damaged_line_counts_as_missing()
    {
        Choices().Add("a", Algorithm(1), 1);
        string path = Directory.GetFiles(_folder).Single();
        File.WriteAllText(path, $"nonsense\n{File.ReadAllText(path)}b\t12zz\t1\nc\t{new string('x', 128)}\t1\n");
        ProductChoices next = Choices();
        Assert.That(next.TryGet("a", out _));
        Assert.That(next.TryGet("b", out _) || next.TryGet("c", out _), Is.False);
    }

    [Test]
    public void A_folder_that_cannot_be_written_is_no_failure()
    {
        File.WriteAllText(_folder, "a file where the folder should be");
        try
        {
            ProductChoices choices = Choices();
            choices.Add("a", Algorithm(1), 1);
            Assert.That(choices.TryGet("a", out _));
        }
        finally
        {
            File.Delete(_folder);
        }
    }

    [Test]
    public void Sizes_share_a_choice_up_to_a_quarter_of_a_power_of_two()
    {
        Assert.That(ProductKey.Of(s_shape, 0), Is.EqualTo("nt CUDA_R_16BF CUDA_R_16BF 1024x4096x14336"));
        Assert.That(ProductKey.Of(s_shape with { M = 897 }, 0), Is.EqualTo(ProductKey.Of(s_shape, 0)));
        Assert.That(ProductKey.Of(s_shape with { M = 896 }, 0), Is.Not.EqualTo(ProductKey.Of(s_shape, 0)));
        Assert.That(ProductKey.Of(s_shape with { M = 3 }, 0), Does.Contain(" 3x"));
        Assert.That(ProductKey.Of(s_shape with { HasBias = true }, 1), Is.EqualTo("nt CUDA_R_16BF CUDA_R_16BF c bias CUDA_R_32F 1024x4096x14336"));
    }

    private ProductChoices Choices() => new(_folder, "NVIDIA H100", 130000);

    private static cublasLtMatmulAlgo_t Algorithm(byte first)
    {
        cublasLtMatmulAlgo_t algorithm = default;
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(new Span<cublasLtMatmulAlgo_t>(ref algorithm))[0] = first;
        return algorithm;
    }
}
