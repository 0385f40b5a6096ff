using System.Runtime.CompilerServices;
using System.Text;
using Spa.Interop.CublasLt;
using Spa.Interop.Driver;
using Spa.Interop.Nvrtc;

namespace Spa.Interop;

/// <summary>A call with its arguments, as text. The text is made only where the call failed: success costs one compare.</summary>
[InterpolatedStringHandler]
public readonly ref struct CallText
{
    private readonly StringBuilder? _text;

    public CallText(int literalLength, int formattedCount, CUresult result, out bool failed) : this(result != CUresult.CUDA_SUCCESS, out failed) { }

    public CallText(int literalLength, int formattedCount, nvrtcResult result, out bool failed) : this(result != nvrtcResult.NVRTC_SUCCESS, out failed) { }

    public CallText(int literalLength, int formattedCount, cublasStatus_t result, out bool failed) : this(result != cublasStatus_t.CUBLAS_STATUS_SUCCESS, out failed) { }

    private CallText(bool hasFailed, out bool failed)
    {
        failed = hasFailed;
        if (hasFailed) _text = new StringBuilder();
    }

    public void AppendLiteral(string text) => _text!.Append(text);

    public void AppendFormatted<T>(T value) => _text!.Append(value);

    /// <summary>An address, in hexadecimal.</summary>
    public void AppendFormatted(CUdeviceptr address) => _text!.Append("0x").Append(address.Value.ToString("x"));

    public override string ToString() => _text?.ToString() ?? "";
}
