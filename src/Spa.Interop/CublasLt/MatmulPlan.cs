using Spa.Interop.Driver;

namespace Spa.Interop.CublasLt;

/// <summary>
/// A product that is run many times: its description, and the algorithms that the library proposes, to be timed and chosen from. The library's matrices are
/// column-major, so a row-major matrix is its transpose there: D^T = op(B)^T op(A)^T, the operands change places, and the bias of our columns is the one of its rows.
/// </summary>
public sealed unsafe class MatmulPlan : IDisposable
{
    /// <summary>Addresses and strides, in bytes, must be multiples of this: what 16-byte and tensor-map copies need.</summary>
    public const int Alignment = 16;

    // The heuristics look at the bias's address before there is one.
    private const ulong AnyAddress = 256;

    private readonly CublasLtHandle _library;
    private readonly cublasLtMatmulHeuristicResult_t[] _proposals;
    private cublasLtMatmulDesc_t _description;
    private cublasLtMatrixLayout_t _a, _b, _c, _d;

    /// <param name="library">cuBLASLt.</param>
    /// <param name="shape">The product.</param>
    /// <param name="workspaceBytes">Workspace that an algorithm may use.</param>
    /// <param name="proposals">Algorithms to ask for.</param>
    /// <param name="deterministic">Leave out algorithms that split k and sum in the output: their order is not fixed.</param>
    /// <exception cref="CublasException">The description is not allowed.</exception>
    public MatmulPlan(CublasLtHandle library, in MatmulShape shape, long workspaceBytes, int proposals = 8, bool deterministic = true)
    {
        _library = library;
        Shape = shape;
        CublasLtCalls calls = library.Calls;
        library.Context.MakeCurrent();
        cublasLtMatmulPreference_t preference = default;
        try
        {
            _description = calls.MatmulDescCreate(shape.Compute, cudaDataType_t.CUDA_R_32F);
            calls.MatmulDescSet(_description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSA, (int)Operation(shape.TransposeB));
            calls.MatmulDescSet(_description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSB, (int)Operation(shape.TransposeA));
            if (shape.HasBias)
            {
                calls.MatmulDescSet(_description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_EPILOGUE, cublasLtEpilogue_t.CUBLASLT_EPILOGUE_BIAS);
                calls.MatmulDescSet(_description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, shape.BiasType);
                calls.MatmulDescSet(_description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_POINTER, AnyAddress);
            }

            _a = shape.TransposeA ? calls.MatrixLayoutCreate(shape.InputType, shape.M, shape.K, shape.StrideA) : calls.MatrixLayoutCreate(shape.InputType, shape.K, shape.M, shape.StrideA);
            _b = shape.TransposeB ? calls.MatrixLayoutCreate(shape.InputType, shape.K, shape.N, shape.StrideB) : calls.MatrixLayoutCreate(shape.InputType, shape.N, shape.K, shape.StrideB);
            _c = calls.MatrixLayoutCreate(shape.OutputType, shape.N, shape.M, shape.StrideC == 0 ? shape.StrideD : shape.StrideC);
            _d = calls.MatrixLayoutCreate(shape.OutputType, shape.N, shape.M, shape.StrideD);
            preference = calls.MatmulPreferenceCreate();
            calls.MatmulPreferenceSet(preference, cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, (ulong)workspaceBytes);
            for (var side = cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES; side <= cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES; side++)
                calls.MatmulPreferenceSet(preference, side, Alignment);
            if (deterministic)
                calls.MatmulPreferenceSet(preference, cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                    cublasLtReductionScheme_t.CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE);
            var results = new cublasLtMatmulHeuristicResult_t[proposals];
            int count = calls.MatmulAlgoGetHeuristic(library.Handle, _description, _b, _a, _c, _d, preference, results);
            _proposals = [.. results.Take(count).Where(result => result.state == cublasStatus_t.CUBLAS_STATUS_SUCCESS)];
        }
        catch
        {
            Dispose();
            throw;
        }
        finally
        {
            if (preference.Value != 0) calls.Functions.cublasLtMatmulPreferenceDestroy(preference);
        }
    }

    public MatmulShape Shape { get; }

    /// <summary>Algorithms, the best guess first; empty where the library has none for this product.</summary>
    public IReadOnlyList<cublasLtMatmulHeuristicResult_t> Proposals => _proposals;

    /// <summary>D = alpha op(A) op(B) + beta C (+ bias). Asynchronous, without a managed allocation.</summary>
    /// <param name="proposal">Index into <see cref="Proposals"/>.</param>
    /// <param name="alpha">Factor of the product.</param>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="beta">Factor of C.</param>
    /// <param name="d">D.</param>
    /// <param name="workspace">At least as many bytes as the proposal says.</param>
    /// <param name="workspaceBytes">Bytes of the workspace.</param>
    /// <param name="stream">Where the work queues.</param>
    /// <param name="c">C; 0: D.</param>
    /// <param name="bias">The bias, where the shape has one.</param>
    /// <exception cref="CublasException">The product could not be started.</exception>
    public void Run(int proposal, float alpha, CUdeviceptr a, CUdeviceptr b, float beta, CUdeviceptr d, CUdeviceptr workspace, long workspaceBytes, CudaStream stream,
        CUdeviceptr c = default, CUdeviceptr bias = default)
    {
        CublasLtCalls calls = _library.Calls;
        if (Shape.HasBias) calls.MatmulDescSet(_description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias.Value);
        fixed (cublasLtMatmulHeuristicResult_t* chosen = &_proposals[proposal])
            calls.ThrowIfFailed(
                calls.Functions.cublasLtMatmul(_library.Handle, _description, &alpha, (void*)b.Value, _b, (void*)a.Value, _a, &beta, (void*)(c.Value == 0 ? d.Value : c.Value), _c, (void*)d.Value, _d,
                    &chosen->algo, (void*)workspace.Value, (nuint)workspaceBytes, stream.Handle),
                $"cublasLtMatmul({Shape.M} x {Shape.N} x {Shape.K}, {Shape.InputType} to {Shape.OutputType}, proposal {proposal})");
    }

    public void Dispose()
    {
        CublasLtFunctions functions = _library.Calls.Functions;
        if (_description.Value != 0) functions.cublasLtMatmulDescDestroy(_description);
        if (_a.Value != 0) functions.cublasLtMatrixLayoutDestroy(_a);
        if (_b.Value != 0) functions.cublasLtMatrixLayoutDestroy(_b);
        if (_c.Value != 0) functions.cublasLtMatrixLayoutDestroy(_c);
        if (_d.Value != 0) functions.cublasLtMatrixLayoutDestroy(_d);
        _description = default;
        _a = _b = _c = _d = default;
    }

    private static cublasOperation_t Operation(bool transpose) => transpose ? cublasOperation_t.CUBLAS_OP_T : cublasOperation_t.CUBLAS_OP_N;
}
