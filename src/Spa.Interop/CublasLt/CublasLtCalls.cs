using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Spa.Interop.CublasLt;

/// <summary>cuBLASLt with calls that throw <see cref="CublasException"/>.</summary>
/// <param name="functions">cuBLASLt's functions.</param>
public sealed unsafe class CublasLtCalls(CublasLtFunctions functions)
{
    private readonly CublasLtFunctions _f = functions;

    public CublasLtFunctions Functions => _f;

    public cublasLtHandle_t Create()
    {
        Require(_f.cublasLtCreate);
        cublasLtHandle_t handle;
        ThrowIfFailed(_f.cublasLtCreate(&handle), $"cublasLtCreate()");
        return handle;
    }

    public cublasLtMatmulDesc_t MatmulDescCreate(cublasComputeType_t compute, cudaDataType_t scale)
    {
        Require(_f.cublasLtMatmulDescCreate);
        cublasLtMatmulDesc_t description;
        ThrowIfFailed(_f.cublasLtMatmulDescCreate(&description, compute, scale), $"cublasLtMatmulDescCreate({compute}, {scale})");
        return description;
    }

    public void MatmulDescSet<T>(cublasLtMatmulDesc_t description, cublasLtMatmulDescAttributes_t attribute, T value) where T : unmanaged
    {
        Require(_f.cublasLtMatmulDescSetAttribute);
        ThrowIfFailed(_f.cublasLtMatmulDescSetAttribute(description, attribute, &value, (nuint)sizeof(T)), $"cublasLtMatmulDescSetAttribute({attribute}, {value})");
    }

    /// <summary>A column-major matrix.</summary>
    /// <param name="type">Element type.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="stride">Elements from one column to the next.</param>
    public cublasLtMatrixLayout_t MatrixLayoutCreate(cudaDataType_t type, long rows, long columns, long stride)
    {
        Require(_f.cublasLtMatrixLayoutCreate);
        cublasLtMatrixLayout_t layout;
        ThrowIfFailed(_f.cublasLtMatrixLayoutCreate(&layout, type, (ulong)rows, (ulong)columns, stride), $"cublasLtMatrixLayoutCreate({type}, {rows}, {columns}, {stride})");
        return layout;
    }

    public cublasLtMatmulPreference_t MatmulPreferenceCreate()
    {
        Require(_f.cublasLtMatmulPreferenceCreate);
        cublasLtMatmulPreference_t preference;
        ThrowIfFailed(_f.cublasLtMatmulPreferenceCreate(&preference), $"cublasLtMatmulPreferenceCreate()");
        return preference;
    }

    public void MatmulPreferenceSet<T>(cublasLtMatmulPreference_t preference, cublasLtMatmulPreferenceAttributes_t attribute, T value) where T : unmanaged
    {
        Require(_f.cublasLtMatmulPreferenceSetAttribute);
        ThrowIfFailed(_f.cublasLtMatmulPreferenceSetAttribute(preference, attribute, &value, (nuint)sizeof(T)), $"cublasLtMatmulPreferenceSetAttribute({attribute}, {value})");
    }

    /// <summary>Algorithms for a product, by the time that the library expects them to take.</summary>
    /// <returns>How many were written to <paramref name="results"/>.</returns>
    public int MatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t description, cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c,
        cublasLtMatrixLayout_t d, cublasLtMatmulPreference_t preference, Span<cublasLtMatmulHeuristicResult_t> results)
    {
        Require(_f.cublasLtMatmulAlgoGetHeuristic);
        int count;
        fixed (cublasLtMatmulHeuristicResult_t* pointer = results)
        {
            cublasStatus_t status = _f.cublasLtMatmulAlgoGetHeuristic(handle, description, a, b, c, d, preference, results.Length, pointer, &count);
            // No algorithm for these shapes and types is an answer, not a failure.
            if (status == cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED) return 0;
            ThrowIfFailed(status, $"cublasLtMatmulAlgoGetHeuristic({results.Length})");
        }

        return count;
    }

    /// <summary>A fact about an algorithm.</summary>
    public int MatmulAlgoConfigGet(in cublasLtMatmulAlgo_t algorithm, cublasLtMatmulAlgoConfigAttributes_t attribute)
    {
        Require(_f.cublasLtMatmulAlgoConfigGetAttribute);
        int value = 0;
        nuint written;
        fixed (cublasLtMatmulAlgo_t* pointer = &algorithm)
            ThrowIfFailed(_f.cublasLtMatmulAlgoConfigGetAttribute(pointer, attribute, &value, sizeof(int), &written), $"cublasLtMatmulAlgoConfigGetAttribute({attribute})");
        return value;
    }

    /// <summary>Throws unless the call succeeded. The text of the call is only made where it did not.</summary>
    /// <exception cref="CublasException">The call failed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ThrowIfFailed(cublasStatus_t status, [InterpolatedStringHandlerArgument(nameof(status))] CallText call)
    {
        if (status != cublasStatus_t.CUBLAS_STATUS_SUCCESS) Throw(status, call.ToString());
    }

    [DoesNotReturn]
    private void Throw(cublasStatus_t status, string call)
    {
        string name = _f.cublasLtGetStatusName is null ? status.ToString() : Utf8.Text(_f.cublasLtGetStatusName(status));
        throw new CublasException(call, status, name, _f.cublasLtGetStatusString is null ? "" : Utf8.Text(_f.cublasLtGetStatusString(status)));
    }

    private void Require(void* function, [CallerArgumentExpression(nameof(function))] string name = "")
    {
        if (function is null) ThrowMissing(name);
    }

    [DoesNotReturn]
    private void ThrowMissing(string name) => throw new EntryPointNotFoundException($"{name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]}: the library ({_f.Library.Description}) has no such function; cuBLASLt 12.0 or newer is needed");
}
