using Spa.Interop.Driver;

namespace Spa.Interop.CublasLt;

/// <summary>A product that is run many times: its description, and the algorithms that the library proposes, to be timed and chosen from.</summary>
public sealed unsafe class MatmulPlan : IDisposable
{
    private readonly CublasLtHandle _library;
    private readonly cublasLtMatmulHeuristicResult_t[] _proposals;
    private cublasLtMatmulDesc_t _description;
    private cublasLtMatrixLayout_t _a, _b, _d;

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
            calls.MatmulDescSet(_description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSA, (int)(shape.TransposeA ? cublasOperation_t.CUBLAS_OP_T : cublasOperation_t.CUBLAS_OP_N));
            calls.MatmulDescSet(_description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSB, (int)(shape.TransposeB ? cublasOperation_t.CUBLAS_OP_T : cublasOperation_t.CUBLAS_OP_N));
            _a = shape.TransposeA ? calls.MatrixLayoutCreate(shape.InputType, shape.K, shape.M, shape.StrideA) : calls.MatrixLayoutCreate(shape.InputType, shape.M, shape.K, shape.StrideA);
            _b = shape.TransposeB ? calls.MatrixLayoutCreate(shape.InputType, shape.N, shape.K, shape.StrideB) : calls.MatrixLayoutCreate(shape.InputType, shape.K, shape.N, shape.StrideB);
            _d = calls.MatrixLayoutCreate(shape.OutputType, shape.M, shape.N, shape.StrideD);
            preference = calls.MatmulPreferenceCreate();
            calls.MatmulPreferenceSet(preference, cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, (ulong)workspaceBytes);
            if (deterministic)
                calls.MatmulPreferenceSet(preference, cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                    cublasLtReductionScheme_t.CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE);
            var results = new cublasLtMatmulHeuristicResult_t[proposals];
            int count = calls.MatmulAlgoGetHeuristic(library.Handle, _description, _a, _b, _d, _d, preference, results);
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

    /// <summary>D = alpha op(A) op(B) + beta D. Asynchronous, without a managed allocation.</summary>
    /// <param name="proposal">Index into <see cref="Proposals"/>.</param>
    /// <param name="alpha">Factor of the product.</param>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="beta">Factor of what D holds.</param>
    /// <param name="d">D.</param>
    /// <param name="workspace">At least as many bytes as the proposal says.</param>
    /// <param name="workspaceBytes">Bytes of the workspace.</param>
    /// <param name="stream">Where the work queues.</param>
    /// <exception cref="CublasException">The product could not be started.</exception>
    public void Run(int proposal, float alpha, CUdeviceptr a, CUdeviceptr b, float beta, CUdeviceptr d, CUdeviceptr workspace, long workspaceBytes, CudaStream stream)
    {
        fixed (cublasLtMatmulHeuristicResult_t* chosen = &_proposals[proposal])
            _library.Calls.ThrowIfFailed(
                _library.Calls.Functions.cublasLtMatmul(_library.Handle, _description, &alpha, (void*)a.Value, _a, (void*)b.Value, _b, &beta, (void*)d.Value, _d, (void*)d.Value, _d,
                    &chosen->algo, (void*)workspace.Value, (nuint)workspaceBytes, stream.Handle),
                $"cublasLtMatmul({Shape.M} x {Shape.N} x {Shape.K}, {Shape.InputType} to {Shape.OutputType}, proposal {proposal})");
    }

    public void Dispose()
    {
        CublasLtFunctions functions = _library.Calls.Functions;
        if (_description.Value != 0) functions.cublasLtMatmulDescDestroy(_description);
        if (_a.Value != 0) functions.cublasLtMatrixLayoutDestroy(_a);
        if (_b.Value != 0) functions.cublasLtMatrixLayoutDestroy(_b);
        if (_d.Value != 0) functions.cublasLtMatrixLayoutDestroy(_d);
        _description = default;
        _a = _b = _d = default;
    }
}
