using System.Runtime.InteropServices;
using Spa.Interop.CublasLt;
using Spa.Interop.Driver;
using Spa.Interop.Loading;
using Spa.Interop.Tests.Driver;

namespace Spa.Interop.Tests.CublasLt;

/// <summary>Plans on a library that proposes two algorithms and counts what it made.</summary>
[NonParallelizable]
internal sealed unsafe class MatmulPlanTests
{
    private static readonly MatmulShape s_shape = new(4, 8, 16, TransposeA: false, TransposeB: true, cudaDataType_t.CUDA_R_16BF, cudaDataType_t.CUDA_R_32F, 16, 16, 8);

    private static int s_live;
    private static cublasStatus_t s_status;
    private static float s_alpha;
    private static nint s_first;
    private static nint s_second;
    private static nint s_addend;
    private static nint s_bias;

    [SetUp]
    public void Succeed() => s_status = cublasStatus_t.CUBLAS_STATUS_SUCCESS;

    [Test]
    public void A_plan_offers_proposals_runs_one_and_gives_everything_back()
    {
        using CudaContext context = new(CudaDriver.Load(new FakeDriver()), 0);
        using CudaStream stream = new(context);
        int before = s_live;
        using (CublasLtHandle library = new(new Fake(), context))
        using (MatmulPlan plan = new(library, s_shape, workspaceBytes: 1 << 20))
        {
            Assert.That(plan.Proposals, Has.Count.EqualTo(2));
            Assert.That(plan.Proposals[1].workspaceSize, Is.EqualTo((nuint)64));
            plan.Run(1, 0.5f, default, default, 0, default, default, 64, stream);
            Assert.That(s_alpha, Is.EqualTo(0.5f));
        }

        Assert.That(s_live, Is.EqualTo(before));
    }

    [Test]
    public void The_operands_change_places_because_the_library_is_column_major()
    {
        using CudaContext context = new(CudaDriver.Load(new FakeDriver()), 0);
        using CudaStream stream = new(context);
        using CublasLtHandle library = new(new Fake(), context);
        using MatmulPlan plan = new(library, s_shape with { StrideC = 16, HasBias = true, BiasType = cudaDataType_t.CUDA_R_32F }, workspaceBytes: 0);
        plan.Run(0, 1, new CUdeviceptr(16), new CUdeviceptr(32), 1, new CUdeviceptr(48), default, 0, stream, c: new CUdeviceptr(64), bias: new CUdeviceptr(80));
        Assert.That((s_first, s_second, s_addend, s_bias), Is.EqualTo(((nint)32, (nint)16, (nint)64, (nint)80)));
        plan.Run(0, 1, new CUdeviceptr(16), new CUdeviceptr(32), 1, new CUdeviceptr(48), default, 0, stream);
        Assert.That(s_addend, Is.EqualTo((nint)48), "C is D");
    }

    [Test]
    public void No_algorithm_is_an_answer()
    {
        using CudaContext context = new(CudaDriver.Load(new FakeDriver()), 0);
        using CublasLtHandle library = new(new Fake(), context);
        s_status = cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED;
        using MatmulPlan plan = new(library, s_shape, workspaceBytes: 0);
        Assert.That(plan.Proposals, Is.Empty);
    }

    [Test]
    public void A_failure_names_the_product()
    {
        using CudaContext context = new(CudaDriver.Load(new FakeDriver()), 0);
        using CudaStream stream = new(context);
        using CublasLtHandle library = new(new Fake(), context);
        using MatmulPlan plan = new(library, s_shape, workspaceBytes: 0);
        s_status = cublasStatus_t.CUBLAS_STATUS_EXECUTION_FAILED;
        CublasException error = Assert.Throws<CublasException>(() => plan.Run(0, 1, default, default, 0, default, default, 0, stream))!;
        Assert.That(error.Message, Is.EqualTo("cublasLtMatmul(4 x 8 x 16, CUDA_R_16BF to CUDA_R_32F, proposal 0): CUBLAS_STATUS_EXECUTION_FAILED (13)"));
    }

    private sealed class Fake : IEntryPoints
    {
        public string Description => "a fake";

        public nint Find(string name) => name switch
        {
            "cublasLtCreate" => (nint)(delegate* unmanaged<nint*, cublasStatus_t>)&Create,
            "cublasLtMatmulPreferenceCreate" => (nint)(delegate* unmanaged<nint*, cublasStatus_t>)&Create,
            "cublasLtMatmulDescCreate" => (nint)(delegate* unmanaged<nint*, int, int, cublasStatus_t>)&CreateDescription,
            "cublasLtMatrixLayoutCreate" => (nint)(delegate* unmanaged<nint*, int, ulong, ulong, long, cublasStatus_t>)&CreateLayout,
            "cublasLtDestroy" or "cublasLtMatmulPreferenceDestroy" or "cublasLtMatmulDescDestroy" or "cublasLtMatrixLayoutDestroy" => (nint)(delegate* unmanaged<nint, cublasStatus_t>)&Destroy,
            "cublasLtMatmulDescSetAttribute" or "cublasLtMatrixLayoutSetAttribute" or "cublasLtMatmulPreferenceSetAttribute" => (nint)(delegate* unmanaged<nint, int, void*, nuint, cublasStatus_t>)&Set,
            "cublasLtMatmulAlgoGetHeuristic" => (nint)(delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, cublasLtMatmulHeuristicResult_t*, int*, cublasStatus_t>)&Heuristic,
            "cublasLtMatmul" => (nint)(delegate* unmanaged<nint, nint, float*, void*, nint, void*, nint, float*, void*, nint, void*, nint, void*, void*, nuint, nint, cublasStatus_t>)&Matmul,
            _ => 0,
        };
    }

    [UnmanagedCallersOnly]
    private static cublasStatus_t Create(nint* thing) => Make(thing);

    [UnmanagedCallersOnly]
    private static cublasStatus_t CreateDescription(nint* thing, int compute, int scale) => Make(thing);

    [UnmanagedCallersOnly]
    private static cublasStatus_t CreateLayout(nint* thing, int type, ulong rows, ulong columns, long stride) => Make(thing);

    [UnmanagedCallersOnly]
    private static cublasStatus_t Destroy(nint thing)
    {
        s_live--;
        return cublasStatus_t.CUBLAS_STATUS_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static cublasStatus_t Set(nint thing, int attribute, void* value, nuint bytes)
    {
        if (attribute == (int)cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_POINTER && bytes == 8) s_bias = *(nint*)value;
        return cublasStatus_t.CUBLAS_STATUS_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static cublasStatus_t Heuristic(nint handle, nint description, nint a, nint b, nint c, nint d, nint preference, int asked, cublasLtMatmulHeuristicResult_t* results, int* found)
    {
        *found = 2;
        results[0] = default;
        results[1] = new cublasLtMatmulHeuristicResult_t { workspaceSize = 64 };
        return s_status;
    }

    [UnmanagedCallersOnly]
    private static cublasStatus_t Matmul(nint handle, nint description, float* alpha, void* a, nint la, void* b, nint lb, float* beta, void* c, nint lc, void* d, nint ld, void* algorithm, void* workspace, nuint bytes, nint stream)
    {
        (s_alpha, s_first, s_second, s_addend) = (*alpha, (nint)a, (nint)b, (nint)c);
        return s_status;
    }

    private static cublasStatus_t Make(nint* thing)
    {
        s_live++;
        *thing = s_live;
        return cublasStatus_t.CUBLAS_STATUS_SUCCESS;
    }
}
