using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Spa.Interop.CublasLt;
using Spa.Interop.Driver;
using Spa.Interop.Nvrtc;

namespace Spa.Interop.Tests.Driver;

/// <summary>Sizes and offsets of structs, and values of codes, as a C compiler gives them for the headers of CUDA 13.0 on 64-bit systems.</summary>
internal sealed class LayoutTests
{
    [Test]
    public void Structs_have_the_sizes_of_the_headers()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Unsafe.SizeOf<CUlaunchConfig>(), Is.EqualTo(56));
            Assert.That(Unsafe.SizeOf<CUlaunchAttribute>(), Is.EqualTo(72));
            Assert.That(Unsafe.SizeOf<CUDA_MEMCPY2D>(), Is.EqualTo(128));
            Assert.That(Unsafe.SizeOf<CUgraphExecUpdateResultInfo>(), Is.EqualTo(24));
            Assert.That(Unsafe.SizeOf<CUuuid>(), Is.EqualTo(16));
            Assert.That(Unsafe.SizeOf<CUtensorMap>(), Is.EqualTo(128));
            Assert.That(Unsafe.SizeOf<cublasLtMatmulAlgo_t>(), Is.EqualTo(64));
            Assert.That(Unsafe.SizeOf<cublasLtMatmulHeuristicResult_t>(), Is.EqualTo(96));
        });
    }

    [Test]
    public void Handles_are_one_pointer_or_number()
    {
        Assert.Multiple(() =>
        {
            foreach (int size in new[] { Unsafe.SizeOf<CUcontext>(), Unsafe.SizeOf<CUstream>(), Unsafe.SizeOf<CUevent>(), Unsafe.SizeOf<CUfunction>(), Unsafe.SizeOf<CUgraph>(), Unsafe.SizeOf<CUdeviceptr>(), Unsafe.SizeOf<nvrtcProgram>(), Unsafe.SizeOf<cublasLtHandle_t>() })
                Assert.That(size, Is.EqualTo(8));
            Assert.That(Unsafe.SizeOf<CUdevice>(), Is.EqualTo(4));
        });
    }

    [TestCase(nameof(CUlaunchConfig.sharedMemBytes), 24)]
    [TestCase(nameof(CUlaunchConfig.hStream), 32)]
    [TestCase(nameof(CUlaunchConfig.attrs), 40)]
    [TestCase(nameof(CUlaunchConfig.numAttrs), 48)]
    public void Launch_configuration_has_the_offsets_of_the_header(string field, int offset) => Assert.That(Marshal.OffsetOf<CUlaunchConfig>(field), Is.EqualTo((nint)offset));

    [TestCase(nameof(CUDA_MEMCPY2D.srcHost), 24)]
    [TestCase(nameof(CUDA_MEMCPY2D.srcPitch), 48)]
    [TestCase(nameof(CUDA_MEMCPY2D.dstHost), 80)]
    [TestCase(nameof(CUDA_MEMCPY2D.Height), 120)]
    public void Rectangular_copy_has_the_offsets_of_the_header(string field, int offset) => Assert.That(Marshal.OffsetOf<CUDA_MEMCPY2D>(field), Is.EqualTo((nint)offset));

    [Test]
    public void Codes_have_the_values_of_the_headers()
    {
        Assert.Multiple(() =>
        {
            Assert.That((int)CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, Is.EqualTo(700));
            Assert.That((int)CUresult.CUDA_ERROR_NOT_READY, Is.EqualTo(600));
            Assert.That((int)CUresult.CUDA_ERROR_LAUNCH_FAILED, Is.EqualTo(719));
            Assert.That((int)CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, Is.EqualTo(75));
            Assert.That((int)CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, Is.EqualTo(97));
            Assert.That((int)CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, Is.EqualTo(8));
            Assert.That((int)nvrtcResult.NVRTC_ERROR_COMPILATION, Is.EqualTo(6));
            Assert.That((int)cublasComputeType_t.CUBLAS_COMPUTE_32F, Is.EqualTo(68));
            Assert.That((int)cudaDataType_t.CUDA_R_16BF, Is.EqualTo(14));
            Assert.That((int)cublasLtEpilogue_t.CUBLASLT_EPILOGUE_GELU_AUX_BIAS, Is.EqualTo(164));
        });
    }
}
