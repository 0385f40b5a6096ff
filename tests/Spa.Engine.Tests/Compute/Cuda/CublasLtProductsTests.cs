using Spa.Emulator.Driver;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cuda;
using Spa.Engine.Compute.Cuda.Jit;
using Spa.Engine.Tests.Support;
using Spa.Interop.Loading;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>Large products in cuBLASLt, as the emulated device has it.</summary>
internal sealed class CublasLtProductsTests
{
    // Just large enough: M N K = 2^27.
    private const int M = 512, N = 1024, K = 256;

    private readonly string _cache = Path.Combine(Path.GetTempPath(), $"spa-cublaslt-{Guid.NewGuid():n}");
    private readonly List<string> _notices = [];

    [TearDown]
    public void Remove()
    {
        if (Directory.Exists(_cache)) Directory.Delete(_cache, recursive: true);
    }

    [Test]
    public void Every_form_and_addend_is_within_rounding_of_float64([Values] bool outputBf16)
    {
        using CudaBackend backend = Create(GemmLibrary.CublasLt);
        foreach (MatMulCase product in (MatMulCase[])
        [
            new(M, N, K) { TransposeB = true, Residual = MatMulResidual.Separate },
            new(M, N, K) { Margin = 8, Bias = true },
            new(M, N, K) { TransposeA = true, Accumulate = true },
            new(M, N, K) { TransposeB = true, Bias = true, Residual = MatMulResidual.Output, Margin = 8 },
        ])
        {
            MatMulCase typed = product with { LeftBf16 = true, Right = MatMulRight.Bf16, OutputBf16 = outputBf16 };
            float[] actual = typed.Run(backend);
            (double[] value, double[] magnitude) = typed.Float64();
            double bound = (K + 4) * Math.Pow(2, -23);
            for (int i = 0; i < actual.Length; i++)
            {
                if (!(Math.Abs(actual[i] - value[i]) <= bound * magnitude[i] + (outputBf16 ? Math.Abs(value[i]) / 256 : 0)))
                    Assert.Fail($"{typed} element {i}: {actual[i]}, expected {value[i]}");
            }
        }

        // One line for each of the four kinds of product.
        Assert.That(File.ReadAllLines(Directory.GetFiles(_cache, "cublaslt.*.txt").Single()), Has.Length.EqualTo(4));
    }

    [Test]
    public void Trying_algorithms_adds_to_the_output_once()
    {
        MatMulCase product = new(M, N, K) { TransposeA = true, Accumulate = true, LeftBf16 = true, Right = MatMulRight.Bf16 };
        using CudaBackend first = Create(GemmLibrary.CublasLt), second = Create(GemmLibrary.CublasLt);
        Assert.That(product.Run(first), Is.EqualTo(product.Run(second)), "timed, and by the saved choice");
    }

    [Test]
    public void What_the_library_cannot_add_or_read_is_multiplied_by_our_kernels()
    {
        using CudaBackend library = Create(GemmLibrary.CublasLt), own = Create(GemmLibrary.Own);
        foreach (MatMulCase product in (MatMulCase[])
        [
            new(M, N, K) { TransposeB = true, Accumulate = true, Residual = MatMulResidual.Separate },
            new(M, N, K) { TransposeB = true, Margin = 3 },
            new(16, N, K) { TransposeB = true },
        ])
        {
            MatMulCase typed = product with { LeftBf16 = true, Right = MatMulRight.Bf16 };
            Assert.That(typed.Run(library), Is.EqualTo(typed.Run(own)), $"{typed}");
        }

        Assert.That(Directory.Exists(_cache) ? Directory.GetFiles(_cache, "cublaslt.*.txt") : [], Is.Empty);
    }

    [Test]
    public void A_missing_library_is_an_error_where_it_is_asked_for_by_name()
    {
        SpaException error = Assert.Throws<SpaException>(() => Create(GemmLibrary.CublasLt, new NativeProbeResult(null, 0, ["libcublasLt.so.13"])).Dispose())!;
        Assert.That(error.Message, Does.StartWith("--gemm cublaslt: cuBLASLt not found; tried libcublasLt.so.13; install it"));
    }

    [Test]
    public void A_missing_library_is_a_notice_where_our_kernels_may_take_its_place()
    {
        using CudaBackend backend = Create(GemmLibrary.Auto, new NativeProbeResult(null, 0, ["libcublasLt.so.13"]), emulated: false);
        MatMulCase product = new(M, N, K) { TransposeB = true, LeftBf16 = true, Right = MatMulRight.Bf16 };
        for (int call = 0; call < 2; call++)
        {
            try
            {
                product.Run(backend);
            }
            catch (SpaException)
            {
                // Taken for a device of metal, the emulated one is given machine code where NVRTC is found, and refuses it; the packed PTX it runs.
            }
        }
        Assert.That(_notices, Has.Count.EqualTo(1));
        Assert.That(_notices[0], Does.Contain("Spa's own kernels").And.Contain("cuBLASLt not found; tried libcublasLt.so.13"));
    }

    private CudaBackend Create(GemmLibrary gemm, IEntryPoints? library = null, bool emulated = true)
    {
        var driver = new EmulatedDriver(new EmulatedDriverOptions { FaultOutput = null });
        KernelJit user = KernelJit.FromEnvironment();
        return new CudaBackend(new CudaOptions
        {
            Driver = driver,
            Ordinal = driver.FirstOrdinal,
            Emulated = emulated,
            Gemm = gemm,
            CublasLt = library ?? new EmulatedCublasLt(),
            Notice = _notices.Add,
            Jit = new KernelJit(KernelSources.Embedded, new KernelCache(_cache), user.Archive, user.Compiler),
        });
    }
}
