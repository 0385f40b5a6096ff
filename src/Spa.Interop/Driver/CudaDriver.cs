using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Spa.Interop.Loading;

namespace Spa.Interop.Driver;

/// <summary>
/// The driver with calls that throw: the functions of <see cref="DriverFunctions"/> without their prefix, results instead of out pointers, and a
/// <see cref="CudaException"/> with the call's arguments for every code that is not success.
/// </summary>
/// <param name="functions">The driver's functions.</param>
public sealed unsafe partial class CudaDriver(DriverFunctions functions)
{
    private readonly DriverFunctions _f = functions;

    /// <summary>The functions behind the calls.</summary>
    public DriverFunctions Functions => _f;

    /// <summary>A driver that is ready for use.</summary>
    /// <exception cref="CudaException">The driver refuses: no device, a wrong version.</exception>
    public static CudaDriver Load(IEntryPoints library)
    {
        CudaDriver driver = new(new DriverFunctions(library));
        driver.Init();
        return driver;
    }

    public void Init()
    {
        Require(_f.cuInit);
        ThrowIfFailed(_f.cuInit(0), $"cuInit(0)");
    }

    /// <summary>The newest CUDA that the driver supports; 13000 is 13.0.</summary>
    public int DriverGetVersion()
    {
        Require(_f.cuDriverGetVersion);
        int version;
        ThrowIfFailed(_f.cuDriverGetVersion(&version), $"cuDriverGetVersion()");
        return version;
    }

    /// <summary>Throws unless the call succeeded. The text of the call is only made where it did not.</summary>
    /// <exception cref="CudaException">The call failed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ThrowIfFailed(CUresult result, [InterpolatedStringHandlerArgument(nameof(result))] CallText call)
    {
        if (result != CUresult.CUDA_SUCCESS) Throw(result, call.ToString());
    }

    /// <summary>The failure as an exception that says what the driver says about the code.</summary>
    public CudaException Failure(CUresult result, string call)
    {
        byte* name = null, text = null;
        if (_f.cuGetErrorName is not null) _f.cuGetErrorName(result, &name);
        if (_f.cuGetErrorString is not null) _f.cuGetErrorString(result, &text);
        return new CudaException(call, result, name is null ? result.ToString() : Utf8.Text(name), text is null ? "" : Utf8.Text(text));
    }

    [DoesNotReturn]
    private void Throw(CUresult result, string call) => throw Failure(result, call);

    /// <summary>Throws where the driver lacks the function, and names it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Require(void* function, [CallerArgumentExpression(nameof(function))] string name = "")
    {
        if (function is null) ThrowMissing(name);
    }

    [DoesNotReturn]
    private void ThrowMissing(string name) => throw new EntryPointNotFoundException($"{name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]}: the driver ({_f.Library.Description}) has no such function; a newer driver is needed");
}
