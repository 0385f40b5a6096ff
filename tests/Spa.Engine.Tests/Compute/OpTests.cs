using Spa.Engine.Compute;
using Spa.Engine.Tests.Support;
using Spa.Tests.Support;

namespace Spa.Engine.Tests.Compute;

/// <summary>A fixture of ops whose tests run on every backend.</summary>
public abstract class OpTests(TestedBackend tested)
{
    /// <summary>Source of the fixtures' argument.</summary>
    public static IEnumerable<TestedBackend> Tested => Enum.GetValues<TestedBackend>().Where(tested => tested != TestedBackend.CudaDevice || DeviceUnderTest.IsNamed);

    /// <summary>Whether a result is the contract's sequence of operations bit for bit; elsewhere it is the same sum in another fixed order.</summary>
    private protected bool IsBitExact => tested == TestedBackend.Cpu;

    /// <summary>Repetitions of a property test that gets <paramref name="onCpu"/> of them on the CPU.</summary>
    private protected int Iterations(int onCpu) => tested == TestedBackend.Cpu ? onCpu : Math.Max(3, onCpu / 8);

    /// <summary>The backend under test, for results that are compared without <see cref="Run"/>; the caller disposes it.</summary>
    private protected ComputeBackend CreateBackend() => tested.Create();

    /// <summary>The outputs that the body returns, as float32; int32 elements are converted, bfloat16 widened.</summary>
    private protected float[][] Run(Func<ComputeBackend, TensorBox, Tensor[]> body) => tested.Run(body);

    /// <summary>The only output.</summary>
    private protected float[] RunOne(Func<ComputeBackend, TensorBox, Tensor> body) => Run((backend, box) => [body(backend, box)])[0];

    /// <summary>Equal bits where results are bit-exact; elsewhere equal up to the rounding of sums of numbers of size 1 in another order.</summary>
    private protected void AssertSameSum(float[] actual, float[] expected, string what)
    {
        if (IsBitExact) Everywhere.AssertSameBits(actual, expected, what);
        else Everywhere.AssertClose(actual, TestData.Widen(expected), 2e-5, 2e-6, what);
    }
}
