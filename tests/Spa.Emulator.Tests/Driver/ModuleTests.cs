using System.Text;
using Spa.Emulator.Driver;
using Spa.Interop.Driver;
using static Spa.Emulator.Tests.Driver.TestDevice;

namespace Spa.Emulator.Tests.Driver;

[TestFixture]
public sealed unsafe class ModuleTests
{
    [Test]
    public void A_module_has_functions_and_variables()
    {
        using var device = new TestDevice();
        CUmodule module = device.Load(KernelText);
        CUfunction shift = device.Function(module, "shift"), none;
        Assert.That(device.Function(module, "shift"), Is.EqualTo(shift));
        fixed (byte* name = "nothing\0"u8) Fails(device.F.cuModuleGetFunction(&none, module, name), CUresult.CUDA_ERROR_NOT_FOUND, "no kernel 'nothing'");
        CUdeviceptr variable;
        nuint bytes;
        fixed (byte* name = "offset\0"u8) Ok(device.F.cuModuleGetGlobal(&variable, &bytes, module, name));
        Assert.That(bytes, Is.EqualTo((nuint)4));
        fixed (byte* name = "nothing\0"u8) Fails(device.F.cuModuleGetGlobal(&variable, &bytes, module, name), CUresult.CUDA_ERROR_NOT_FOUND, "no variable 'nothing'");
        CUdeviceptr a = device.Upload(1);
        device.Launch(shift, a, 1, 2);
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(11));
        Assert.That(device.Download(variable, 1)[0], Is.EqualTo(5));
        int changed = 100;
        Ok(device.F.cuMemcpyHtoD(variable, &changed, 4));
        device.Launch(shift, a, 1, 2);
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(211));
        Ok(device.F.cuModuleUnload(module));
        Fails(device.TryLaunch(shift, a, 1, 1), CUresult.CUDA_ERROR_INVALID_HANDLE, "was destroyed");
    }

    [Test]
    public void A_library_gives_kernels_that_become_functions()
    {
        using var device = new TestDevice();
        CUlibrary library;
        CUkernel kernel;
        CUfunction function;
        byte[] ptx = [.. KernelText, 0];
        fixed (byte* code = ptx) Ok(device.F.cuLibraryLoadData(&library, code, null, null, 0, null, null, 0));
        fixed (byte* name = "add\0"u8) Ok(device.F.cuLibraryGetKernel(&kernel, library, name));
        Ok(device.F.cuKernelGetFunction(&function, kernel));
        CUdeviceptr a = device.Upload(1);
        device.Launch(function, a, 1, 1);
        device.Launch(new CUfunction(kernel.Value), a, 1, 1);
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(3));
        Ok(device.F.cuLibraryUnload(library));
        Fails(device.F.cuKernelGetFunction(&function, kernel), CUresult.CUDA_ERROR_INVALID_HANDLE, "was destroyed");
    }

    [Test]
    public void What_is_not_PTX_for_the_device_is_refused()
    {
        using var device = new TestDevice(new EmulatedDriverOptions { Architecture = EmulatedArchitecture.Sm80 });
        CUmodule* module = stackalloc CUmodule[1];
        CUresult Load(byte[] image)
        {
            fixed (byte* bytes = image) return device.F.cuModuleLoadData(module, bytes);
        }

        Fails(Load([0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 0]), CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, "found a cubin");
        Fails(Load([0x50, 0xED, 0x55, 0xBA, 1, 0]), CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, "found a fatbin");
        byte[] newer = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(KernelText).Replace(".target sm_80", ".target sm_90a", StringComparison.Ordinal) + "\0");
        Fails(Load(newer), CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, "found .target sm_90");
        Fails(device.F.cuModuleLoadData(module, null), CUresult.CUDA_ERROR_INVALID_VALUE, "null pointer");
    }

    [Test]
    public void PTX_with_an_unknown_instruction_is_refused_by_line()
    {
        using var device = new TestDevice();
        CUmodule module;
        byte[] wrong = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(KernelText).Replace("ld.param.u64", "frobnicate.u64", StringComparison.Ordinal) + "\0");
        fixed (byte* bytes = wrong) Fails(device.F.cuModuleLoadData(&module, bytes), CUresult.CUDA_ERROR_INVALID_PTX, "frobnicate");
    }

    [Test]
    public void Launches_that_no_device_can_do_are_refused()
    {
        using var device = new TestDevice();
        CUmodule module = device.Load(KernelText);
        CUfunction add = device.Function(module, "add"), bounded = device.Function(module, "bounded");
        CUdeviceptr a = device.Upload(1);
        Fails(device.TryLaunch(add, a, 1, 1, grid: 0), CUresult.CUDA_ERROR_INVALID_VALUE, "found 0, 1, 1");
        Fails(device.TryLaunch(add, a, 1, 1, block: 1025), CUresult.CUDA_ERROR_INVALID_VALUE, "found 1025, 1, 1");
        Fails(device.TryLaunch(add, a, 1, 1, shared: 49153), CUresult.CUDA_ERROR_INVALID_VALUE, "at most 49152 bytes");
        Fails(device.TryLaunch(bounded, a, 1, 1, block: 256, shared: 512), CUresult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, "at most 128 threads");
        Assert.That(device.F.cuLaunchKernel(add, 1, 65536, 1, 32, 1, 1, 0, default, null, null), Is.EqualTo(CUresult.CUDA_ERROR_INVALID_VALUE));
        Fails(device.F.cuLaunchKernel(add, 1, 1, 1, 32, 1, 1, 0, default, null, null), CUresult.CUDA_ERROR_INVALID_VALUE, "expected 3 arguments, found none");
        Assert.That(device.F.cuLaunchKernel(default, 1, 1, 1, 32, 1, 1, 0, default, null, null), Is.EqualTo(CUresult.CUDA_ERROR_INVALID_HANDLE));
    }

    [Test]
    public void Arguments_are_copied_when_the_launch_is_queued_and_may_be_packed()
    {
        using var device = new TestDevice();
        CUfunction add = device.Function("add");
        CUdeviceptr a = device.Upload(1);
        byte* packed = stackalloc byte[16];
        *(ulong*)packed = a.Value;
        *(int*)(packed + 8) = 1;
        *(int*)(packed + 12) = 10;
        nuint size = 16;
        void** extra = stackalloc void*[] { (void*)1, packed, (void*)2, &size, null };
        Ok(device.F.cuLaunchKernel(add, 1, 1, 1, 32, 1, 1, 0, default, null, extra));
        *(int*)(packed + 12) = 1000;
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(11));
        size = 12;
        Fails(device.F.cuLaunchKernel(add, 1, 1, 1, 32, 1, 1, 0, default, null, extra), CUresult.CUDA_ERROR_INVALID_VALUE, "16 bytes of arguments, found 12");
    }

    [Test]
    public void Extended_launches_take_hints_and_refuse_clusters()
    {
        using var device = new TestDevice();
        CUfunction add = device.Function("add");
        CUdeviceptr a = device.Upload(1);
        int n = 1, value = 4;
        void** arguments = stackalloc void*[] { &a, &n, &value };
        var attribute = new CUlaunchAttribute { id = CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION, programmaticStreamSerializationAllowed = 1 };
        var config = new CUlaunchConfig { gridDimX = 1, gridDimY = 1, gridDimZ = 1, blockDimX = 32, blockDimY = 1, blockDimZ = 1, attrs = &attribute, numAttrs = 1 };
        Ok(device.F.cuLaunchKernelEx(&config, add, arguments, null));
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(5));
        attribute = new CUlaunchAttribute { id = CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION, clusterDimX = 2, clusterDimY = 1, clusterDimZ = 1 };
        Fails(device.F.cuLaunchKernelEx(&config, add, arguments, null), CUresult.CUDA_ERROR_NOT_SUPPORTED, "CLUSTER_DIMENSION");
    }

    [Test]
    public void Attributes_and_occupancy_follow_from_the_kernel()
    {
        using var device = new TestDevice();
        CUmodule module = device.Load(KernelText);
        CUfunction bounded = device.Function(module, "bounded"), add = device.Function(module, "add");
        int Get(CUfunction function, CUfunction_attribute attribute)
        {
            int value;
            Ok(device.F.cuFuncGetAttribute(&value, attribute, function));
            return value;
        }

        int Blocks(CUfunction function, int threads, int shared)
        {
            int value;
            Ok(device.F.cuOccupancyMaxActiveBlocksPerMultiprocessor(&value, function, threads, (nuint)shared));
            return value;
        }

        Assert.That(Get(bounded, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK), Is.EqualTo(128));
        Assert.That(Get(bounded, CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES), Is.EqualTo(512));
        Assert.That(Get(add, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK), Is.EqualTo(1024));
        Assert.That(Get(add, CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS), Is.EqualTo(64));
        Assert.That(Get(bounded, CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS), Is.EqualTo(255));
        Assert.That(Blocks(add, 1024, 0), Is.EqualTo(1));
        Assert.That(Blocks(add, 64, 0), Is.EqualTo(16), "64 registers a thread");
        Assert.That(Blocks(add, 32, 40 << 10), Is.EqualTo(5), "228 KiB hold five times 41 KiB");
        Fails(device.F.cuFuncSetAttribute(bounded, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 232448), CUresult.CUDA_ERROR_INVALID_VALUE, "at most 231936 bytes");
        Ok(device.F.cuFuncSetAttribute(bounded, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 200_000));
        Assert.That(Get(bounded, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES), Is.EqualTo(200_000));
        CUdeviceptr a = device.Upload(0);
        Ok(device.TryLaunch(bounded, a, 1, 7, block: 128, shared: 150_000));
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(14));
    }
}
