using Spa.Emulator.Driver;
using Spa.Interop.CublasLt;
using Spa.Interop.Driver;
using static Spa.Emulator.Tests.Driver.TestDevice;

namespace Spa.Emulator.Tests.Driver;

[TestFixture]
public sealed unsafe class CublasLtTests
{
    private static readonly CublasLtFunctions s_blas = new(new EmulatedCublasLt());

    private static void Done(cublasStatus_t status) => Assert.That(status, Is.EqualTo(cublasStatus_t.CUBLAS_STATUS_SUCCESS), EmulatedDriver.LastError);

    private static cublasLtMatrixLayout_t Layout(cudaDataType_t type, int rows, int columns, int lead, bool rowMajor, int batch = 1, long stride = 0)
    {
        cublasLtMatrixLayout_t layout;
        Done(s_blas.cublasLtMatrixLayoutCreate(&layout, type, (ulong)rows, (ulong)columns, lead));
        int order = rowMajor ? 1 : 0;
        Done(s_blas.cublasLtMatrixLayoutSetAttribute(layout, cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_ORDER, &order, 4));
        Done(s_blas.cublasLtMatrixLayoutSetAttribute(layout, cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &batch, 4));
        Done(s_blas.cublasLtMatrixLayoutSetAttribute(layout, cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &stride, 8));
        return layout;
    }

    private static cublasLtMatmulDesc_t Description(bool transposeA, bool transposeB, cublasLtEpilogue_t epilogue = cublasLtEpilogue_t.CUBLASLT_EPILOGUE_DEFAULT, ulong bias = 0)
    {
        cublasLtMatmulDesc_t description;
        Done(s_blas.cublasLtMatmulDescCreate(&description, cublasComputeType_t.CUBLAS_COMPUTE_32F, cudaDataType_t.CUDA_R_32F));
        int a = transposeA ? 1 : 0, b = transposeB ? 1 : 0, biasType = (int)cudaDataType_t.CUDA_R_32F;
        Done(s_blas.cublasLtMatmulDescSetAttribute(description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSA, &a, 4));
        Done(s_blas.cublasLtMatmulDescSetAttribute(description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSB, &b, 4));
        Done(s_blas.cublasLtMatmulDescSetAttribute(description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, 4));
        Done(s_blas.cublasLtMatmulDescSetAttribute(description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, 8));
        Done(s_blas.cublasLtMatmulDescSetAttribute(description, cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, &biasType, 4));
        return description;
    }

    private static byte[] Bytes(float[] values, cudaDataType_t type) => type switch
    {
        cudaDataType_t.CUDA_R_32F => [.. values.SelectMany(BitConverter.GetBytes)],
        cudaDataType_t.CUDA_R_16F => [.. values.SelectMany(value => BitConverter.GetBytes((Half)value))],
        _ => [.. values.SelectMany(value => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)))],
    };

    private static float Element(byte[] bytes, int index, cudaDataType_t type) => type switch
    {
        cudaDataType_t.CUDA_R_32F => BitConverter.ToSingle(bytes, 4 * index),
        cudaDataType_t.CUDA_R_16F => (float)BitConverter.ToHalf(bytes, 2 * index),
        _ => BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(bytes, 2 * index) << 16),
    };

    private static CUdeviceptr Upload(TestDevice device, byte[] bytes)
    {
        CUdeviceptr address = device.Allocate(bytes.Length);
        fixed (byte* source = bytes) Ok(device.F.cuMemcpyHtoD(address, source, (nuint)bytes.Length));
        return address;
    }

    /// <summary>Integers from -3 to 3, exact in every type, as all sums of their products are.</summary>
    private static float[] Integers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-3, 4))];
    }

    [Test]
    public void A_product_is_the_sum_of_products(
        [Values(cudaDataType_t.CUDA_R_32F, cudaDataType_t.CUDA_R_16BF, cudaDataType_t.CUDA_R_16F)] cudaDataType_t input,
        [Values] bool outputFloat32, [Values] bool transposeA, [Values] bool transposeB, [Values] bool rowMajor)
    {
        using var device = new TestDevice();
        const int M = 7, N = 37, K = 11, Padding = 3, Batch = 2;
        cudaDataType_t output = outputFloat32 ? cudaDataType_t.CUDA_R_32F : input;
        (int rowsA, int columnsA) = transposeA ? (K, M) : (M, K);
        (int rowsB, int columnsB) = transposeB ? (N, K) : (K, N);
        int leadA = (rowMajor ? columnsA : rowsA) + Padding, leadB = (rowMajor ? columnsB : rowsB) + Padding, leadD = (rowMajor ? N : M) + Padding;
        int sizeA = leadA * (rowMajor ? rowsA : columnsA), sizeB = leadB * (rowMajor ? rowsB : columnsB), sizeD = leadD * (rowMajor ? M : N);
        float[] a = Integers(sizeA * Batch, 1), b = Integers(sizeB * Batch, 2), c = Integers(sizeD * Batch, 3);
        CUdeviceptr deviceA = Upload(device, Bytes(a, input)), deviceB = Upload(device, Bytes(b, input)), deviceD = Upload(device, Bytes(c, output));
        cublasLtHandle_t handle;
        Done(s_blas.cublasLtCreate(&handle));
        cublasLtMatmulDesc_t description = Description(transposeA, transposeB);
        cublasLtMatrixLayout_t layoutA = Layout(input, rowsA, columnsA, leadA, rowMajor, Batch, sizeA), layoutB = Layout(input, rowsB, columnsB, leadB, rowMajor, Batch, sizeB);
        cublasLtMatrixLayout_t layoutD = Layout(output, M, N, leadD, rowMajor, Batch, sizeD);
        float alpha = 2, beta = 0.5f;
        CUstream stream = device.Stream();
        Done(s_blas.cublasLtMatmul(handle, description, &alpha, (void*)deviceA.Value, layoutA, (void*)deviceB.Value, layoutB, &beta, (void*)deviceD.Value, layoutD, (void*)deviceD.Value, layoutD,
            null, null, 0, stream));
        alpha = beta = float.NaN;
        Ok(device.F.cuStreamSynchronize(stream));

        byte[] result = new byte[Bytes(c, output).Length];
        fixed (byte* target = result) Ok(device.F.cuMemcpyDtoH(target, deviceD, (nuint)result.Length));
        int At(int row, int column, int lead) => rowMajor ? row * lead + column : column * lead + row;
        for (int batch = 0; batch < Batch; batch++)
        {
            for (int row = 0; row < M; row++)
            {
                for (int column = 0; column < N; column++)
                {
                    float sum = 0;
                    for (int i = 0; i < K; i++)
                        sum += a[batch * sizeA + (transposeA ? At(i, row, leadA) : At(row, i, leadA))] * b[batch * sizeB + (transposeB ? At(column, i, leadB) : At(i, column, leadB))];
                    float value = 2 * sum + 0.5f * c[batch * sizeD + At(row, column, leadD)];
                    float expected = output == cudaDataType_t.CUDA_R_16BF ? (float)Math.Round(value * Scale(value), MidpointRounding.ToEven) / Scale(value) : value;
                    Assert.That(Element(result, batch * sizeD + At(row, column, leadD), output), Is.EqualTo(expected), $"matrix {batch}, row {row}, column {column}");
                }
            }
        }

        Done(s_blas.cublasLtDestroy(handle));
    }

    [TestCase(4, 64, 300)]
    [TestCase(5, 33, 70)]
    [TestCase(1, 96, 17)]
    public void An_element_is_one_chain_over_k_whatever_the_shape(int m, int n, int k)
    {
        var random = new Random(m);
        float[] a = [.. Enumerable.Range(0, m * k).Select(_ => random.NextSingle() - 0.5f)], b = [.. Enumerable.Range(0, k * n).Select(_ => random.NextSingle() - 0.5f)];
        float[] product = Emulator.Driver.CublasLt.MatrixProduct.Multiply(a, b, m, n, k);
        for (int row = 0; row < m; row++)
        {
            for (int column = 0; column < n; column++)
            {
                float sum = 0;
                for (int i = 0; i < k; i++) sum = MathF.FusedMultiplyAdd(a[row * k + i], b[i * n + column], sum);
                Assert.That(product[row * n + column], Is.EqualTo(sum));
            }
        }
    }

    /// <summary>Makes a number's eight bits of mantissa its integer part.</summary>
    private static float Scale(float value) => value == 0 ? 1 : MathF.Pow(2, 7 - MathF.Floor(MathF.Log2(MathF.Abs(value))));

    [TestCase(cublasLtEpilogue_t.CUBLASLT_EPILOGUE_BIAS, -4f)]
    [TestCase(cublasLtEpilogue_t.CUBLASLT_EPILOGUE_RELU_BIAS, 0f)]
    [TestCase(cublasLtEpilogue_t.CUBLASLT_EPILOGUE_GELU, -0.15880801f)]
    public void Epilogues_come_last(cublasLtEpilogue_t epilogue, float expected)
    {
        using var device = new TestDevice();
        CUdeviceptr a = Upload(device, Bytes([1, 1], cudaDataType_t.CUDA_R_32F)), b = Upload(device, Bytes([-1], cudaDataType_t.CUDA_R_32F));
        CUdeviceptr bias = Upload(device, Bytes([-3, 5], cudaDataType_t.CUDA_R_32F)), d = device.Allocate(8);
        cublasLtHandle_t handle;
        Done(s_blas.cublasLtCreate(&handle));
        float alpha = 1, beta = 0;
        cublasLtMatrixLayout_t layoutD = Layout(cudaDataType_t.CUDA_R_32F, 2, 1, 1, true);
        Done(s_blas.cublasLtMatmul(handle, Description(false, false, epilogue, bias.Value), &alpha, (void*)a.Value, Layout(cudaDataType_t.CUDA_R_32F, 2, 1, 1, true), (void*)b.Value,
            Layout(cudaDataType_t.CUDA_R_32F, 1, 1, 1, true), &beta, (void*)d.Value, layoutD, (void*)d.Value, layoutD, null, null, 0, default));
        Assert.That(BitConverter.Int32BitsToSingle(device.Download(d, 2)[0]), Is.EqualTo(expected).Within(1e-6f));
    }

    [Test]
    public void The_heuristic_proposes_one_algorithm_and_refuses_what_is_not_emulated()
    {
        using var device = new TestDevice();
        cublasLtHandle_t handle;
        Done(s_blas.cublasLtCreate(&handle));
        cublasLtMatmulPreference_t preference;
        Done(s_blas.cublasLtMatmulPreferenceCreate(&preference));
        ulong workspace = 1 << 20;
        Done(s_blas.cublasLtMatmulPreferenceSetAttribute(preference, cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace, 8));
        cublasLtMatmulHeuristicResult_t* results = stackalloc cublasLtMatmulHeuristicResult_t[4];
        int* found = stackalloc int[1];
        cublasLtHandle_t library = handle;
        cublasLtMatmulPreference_t chosen = preference;
        cublasStatus_t Ask(cudaDataType_t type, int k, cublasLtEpilogue_t epilogue)
        {
            cublasLtMatrixLayout_t a = Layout(type, 4, k, k, true), b = Layout(type, 8, 6, 6, true), d = Layout(type, 4, 6, 6, true);
            return s_blas.cublasLtMatmulAlgoGetHeuristic(library, Description(false, false, epilogue), a, b, d, d, chosen, 4, results, found);
        }

        Done(Ask(cudaDataType_t.CUDA_R_16BF, 8, cublasLtEpilogue_t.CUBLASLT_EPILOGUE_BIAS));
        Assert.That((*found, results[0].workspaceSize, results[0].state), Is.EqualTo((1, (nuint)0, cublasStatus_t.CUBLAS_STATUS_SUCCESS)));
        int split;
        Done(s_blas.cublasLtMatmulAlgoConfigGetAttribute(&results[0].algo, cublasLtMatmulAlgoConfigAttributes_t.CUBLASLT_ALGO_CONFIG_SPLITK_NUM, &split, 4, null));
        Assert.That(split, Is.EqualTo(1));
        Assert.That(Ask(cudaDataType_t.CUDA_R_16BF, 7, cublasLtEpilogue_t.CUBLASLT_EPILOGUE_DEFAULT), Is.EqualTo(cublasStatus_t.CUBLAS_STATUS_INVALID_VALUE));
        Assert.That(EmulatedDriver.LastError, Does.Contain("(4 x 7) (8 x 6)"));
        Assert.That(Ask(cudaDataType_t.CUDA_R_8I, 8, cublasLtEpilogue_t.CUBLASLT_EPILOGUE_DEFAULT), Is.EqualTo(cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED));
        Assert.That(Ask(cudaDataType_t.CUDA_R_16BF, 8, cublasLtEpilogue_t.CUBLASLT_EPILOGUE_DGELU), Is.EqualTo(cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED));
        Done(s_blas.cublasLtMatmulPreferenceDestroy(preference));
        Assert.That(s_blas.cublasLtMatmulPreferenceDestroy(preference), Is.EqualTo(cublasStatus_t.CUBLAS_STATUS_INVALID_VALUE));
        Assert.That(System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)s_blas.cublasLtGetStatusName(cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED)), Is.EqualTo("CUBLAS_STATUS_NOT_SUPPORTED"));
        Assert.That(s_blas.cublasLtGetVersion(), Is.GreaterThanOrEqualTo((nuint)120000));
    }

    [Test]
    public void A_product_is_captured_and_its_memory_is_checked()
    {
        using var device = new TestDevice();
        CUdeviceptr a = Upload(device, Bytes([2], cudaDataType_t.CUDA_R_32F)), d = Upload(device, Bytes([0], cudaDataType_t.CUDA_R_32F));
        cublasLtHandle_t handle;
        Done(s_blas.cublasLtCreate(&handle));
        CUstream stream = device.Stream();
        float alpha = 1, beta = 1;
        cublasLtMatmulDesc_t description = Description(false, false);
        cublasLtMatrixLayout_t one = Layout(cudaDataType_t.CUDA_R_32F, 1, 1, 1, true), two = Layout(cudaDataType_t.CUDA_R_32F, 1, 100, 100, true);
        CUgraph graph;
        CUgraphExec executable;
        Ok(device.F.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        Done(s_blas.cublasLtMatmul(handle, description, &alpha, (void*)a.Value, one, (void*)a.Value, one, &beta, (void*)d.Value, one, (void*)d.Value, one, null, null, 0, stream));
        Ok(device.F.cuStreamEndCapture(stream, &graph));
        Ok(device.F.cuGraphInstantiateWithFlags(&executable, graph, CUgraphInstantiate_flags.CUDA_GRAPH_INSTANTIATE_FLAG_NONE));
        for (int i = 0; i < 3; i++) Ok(device.F.cuGraphLaunch(executable, stream));
        Ok(device.F.cuStreamSynchronize(stream));
        Assert.That(BitConverter.Int32BitsToSingle(device.Download(d, 1)[0]), Is.EqualTo(12));
        Done(s_blas.cublasLtMatmul(handle, description, &alpha, (void*)a.Value, one, (void*)a.Value, two, &beta, (void*)d.Value, two, (void*)d.Value, two, null, null, 0, stream));
        Assert.That(device.F.cuStreamSynchronize(stream), Is.Not.EqualTo(CUresult.CUDA_SUCCESS));
        Assert.That(device.Driver.LastFault, Is.Not.Null);
    }

    [Test]
    public void A_product_of_memory_that_was_never_written_is_a_fault()
    {
        using var device = new TestDevice();
        CUdeviceptr a = device.Allocate(4), d = device.Allocate(4);
        cublasLtHandle_t handle;
        Done(s_blas.cublasLtCreate(&handle));
        float alpha = 1, beta = 0;
        cublasLtMatrixLayout_t one = Layout(cudaDataType_t.CUDA_R_32F, 1, 1, 1, true);
        Done(s_blas.cublasLtMatmul(handle, Description(false, false), &alpha, (void*)a.Value, one, (void*)a.Value, one, &beta, (void*)d.Value, one, (void*)d.Value, one, null, null, 0, default));
        Assert.That(device.F.cuCtxSynchronize(), Is.EqualTo(CUresult.CUDA_ERROR_LAUNCH_FAILED));
        Assert.That(device.Driver.LastFault, Does.Contain("uninitialised"));
    }
}
