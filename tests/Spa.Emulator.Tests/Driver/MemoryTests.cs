using Spa.Emulator.Driver;
using Spa.Interop.Driver;
using static Spa.Emulator.Tests.Driver.TestDevice;

namespace Spa.Emulator.Tests.Driver;

[TestFixture]
public sealed unsafe class MemoryTests
{
    [Test]
    public void Capacity_is_counted_and_ends()
    {
        using var device = new TestDevice(new EmulatedDriverOptions { MemoryBytes = 10_000 });
        CUdeviceptr first = device.Allocate(1000), address;
        nuint free, total;
        Ok(device.F.cuMemGetInfo(&free, &total));
        Assert.That((free, total), Is.EqualTo(((nuint)(10_000 - 1024), (nuint)10_000)));
        Fails(device.F.cuMemAlloc(&address, 9000), CUresult.CUDA_ERROR_OUT_OF_MEMORY, "asked for 9000 bytes, 8976 of 10000 are free");
        Assert.That(device.F.cuMemAlloc(&address, nuint.MaxValue), Is.EqualTo(CUresult.CUDA_ERROR_OUT_OF_MEMORY));
        Assert.That(device.F.cuMemAlloc(&address, 0), Is.EqualTo(CUresult.CUDA_ERROR_INVALID_VALUE));
        Ok(device.F.cuMemFree(first));
        Ok(device.F.cuMemFree(device.Allocate(9900)));
        Ok(device.F.cuMemFree(default));
        Fails(device.F.cuMemFree(first), CUresult.CUDA_ERROR_INVALID_VALUE, "no allocation begins");
    }

    [Test]
    public void Memory_freed_in_stream_order_lives_until_the_stream_gets_there()
    {
        using var device = new TestDevice(new EmulatedDriverOptions { MemoryBytes = 1024 });
        CUstream stream = device.Stream();
        CUdeviceptr address, more;
        int* result = device.Pinned(1);
        Ok(device.F.cuMemAllocAsync(&address, 1024, stream));
        Ok(device.F.cuMemsetD32Async(address, 7, 256, stream));
        Ok(device.F.cuMemcpyDtoHAsync(result, address, 4, stream));
        Ok(device.F.cuMemFreeAsync(address, stream));
        Fails(device.F.cuMemFreeAsync(address, stream), CUresult.CUDA_ERROR_INVALID_VALUE, "a second time");
        Assert.That(device.F.cuMemAlloc(&more, 256), Is.EqualTo(CUresult.CUDA_ERROR_OUT_OF_MEMORY));
        Ok(device.F.cuStreamSynchronize(stream));
        Assert.That(*result, Is.EqualTo(7));
        device.Allocate(1024);
    }

    [Test]
    public void Copies_and_fills_move_what_they_say()
    {
        using var device = new TestDevice();
        CUdeviceptr a = device.Upload(1, 2, 3, 4), b = device.Allocate(16);
        Ok(device.F.cuMemcpyDtoD(b, a, 16));
        Ok(device.F.cuMemsetD8Async(new CUdeviceptr(b.Value + 4), 0x11, 5, default));
        Assert.That(device.Download(b, 4), Is.EqualTo(new[] { 1, 0x11111111, 0x00000011, 4 }));
        Ok(device.F.cuMemsetD32Async(b, 9, 3, default));
        Ok(device.F.cuMemcpyDtoDAsync(new CUdeviceptr(a.Value + 8), b, 8, default));
        Assert.That(device.Download(a, 4), Is.EqualTo(new[] { 1, 2, 9, 9 }));
        Ok(device.F.cuMemcpyDtoH(null, a, 0));
    }

    [Test]
    public void Rows_are_copied_with_a_pitch_on_both_sides()
    {
        using var device = new TestDevice();
        CUdeviceptr a = device.Upload(1, 2, 3, 4, 5, 6), b = device.Upload(0, 0, 0, 0, 0, 0);
        var copy = new CUDA_MEMCPY2D
        {
            srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE,
            srcDevice = a,
            srcPitch = 12,
            srcXInBytes = 4,
            dstMemoryType = CUmemorytype.CU_MEMORYTYPE_UNIFIED,
            dstDevice = b,
            dstPitch = 8,
            dstY = 1,
            WidthInBytes = 8,
            Height = 2,
        };
        Ok(device.F.cuMemcpy2DAsync(&copy, default));
        Assert.That(device.Download(b, 6), Is.EqualTo(new[] { 0, 0, 2, 3, 5, 6 }));
        int[] host = [10, 11, 12, 13];
        fixed (int* source = host)
        {
            copy = new CUDA_MEMCPY2D
            {
                srcMemoryType = CUmemorytype.CU_MEMORYTYPE_HOST,
                srcHost = source,
                srcPitch = 8,
                dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE,
                dstDevice = a,
                dstPitch = 12,
                WidthInBytes = 4,
                Height = 2,
            };
            Ok(device.F.cuMemcpy2DAsync(&copy, default));
        }

        Assert.That(device.Download(a, 6), Is.EqualTo(new[] { 10, 2, 3, 12, 5, 6 }));
        copy.dstPitch = 2;
        Fails(device.F.cuMemcpy2DAsync(&copy, default), CUresult.CUDA_ERROR_INVALID_VALUE, "pitch of at least 4 bytes, found 2");
    }

    [Test]
    public void Pinned_memory_is_read_late_and_pageable_memory_at_once()
    {
        using var device = new TestDevice();
        CUstream stream = device.Stream();
        CUdeviceptr a = device.Allocate(4), b = device.Allocate(4);
        int* pinned = device.Pinned(1);
        int* pageable = stackalloc int[1];
        *pinned = *pageable = 1;
        Ok(device.F.cuMemcpyHtoDAsync(a, pinned, 4, stream));
        Ok(device.F.cuMemcpyHtoDAsync(b, pageable, 4, stream));
        *pinned = *pageable = 2;
        Ok(device.F.cuStreamSynchronize(stream));
        Assert.That((device.Download(a, 1)[0], device.Download(b, 1)[0]), Is.EqualTo((2, 1)));
    }

    [Test]
    public void Pinned_memory_is_written_late_and_pageable_memory_at_once()
    {
        using var device = new TestDevice();
        CUstream stream = device.Stream();
        CUdeviceptr a = device.Upload(5);
        int* pinned = device.Pinned(1);
        int* pageable = stackalloc int[1];
        *pinned = *pageable = 0;
        Ok(device.F.cuMemcpyDtoHAsync(pinned, a, 4, stream));
        Assert.That(*pinned, Is.Zero);
        Ok(device.F.cuMemcpyDtoHAsync(pageable, a, 4, stream));
        Assert.That((*pinned, *pageable), Is.EqualTo((5, 5)));
    }

    [Test]
    public void Ranges_and_kinds_of_memory_are_checked()
    {
        using var device = new TestDevice();
        CUdeviceptr a = device.Upload(1, 2);
        int* host = stackalloc int[4];
        int* pinned = device.Pinned(2);
        Fails(device.F.cuMemcpyDtoH(host, a, 12), CUresult.CUDA_ERROR_INVALID_VALUE, "run past the end of an allocation of 8 bytes");
        Fails(device.F.cuMemcpyDtoH((void*)a.Value, a, 4), CUresult.CUDA_ERROR_INVALID_VALUE, "expected host memory, found device memory");
        Fails(device.F.cuMemcpyHtoD(new CUdeviceptr((ulong)host), host, 4), CUresult.CUDA_ERROR_INVALID_VALUE, "is not in device memory");
        Fails(device.F.cuMemcpyHtoD(a, null, 4), CUresult.CUDA_ERROR_INVALID_VALUE, "null pointer");
        Fails(device.F.cuMemcpyHtoD(a, pinned + 1, 8), CUresult.CUDA_ERROR_INVALID_VALUE, "pinned host memory");
        Fails(device.F.cuMemsetD32Async(new CUdeviceptr(a.Value + 2), 0, 1, default), CUresult.CUDA_ERROR_INVALID_VALUE, "that 4 divides");
        Fails(device.F.cuMemFreeHost(host), CUresult.CUDA_ERROR_INVALID_VALUE, "no pinned host memory");
        Ok(device.F.cuMemFreeHost(pinned));
    }

    [Test]
    public void Addresses_tell_what_they_are()
    {
        using var device = new TestDevice();
        CUdeviceptr a = device.Upload(1, 2), inside = new(a.Value + 4);
        int* pinned = device.Pinned(2);
        CUmemorytype type;
        ulong start;
        nuint bytes;
        int ordinal;
        CUcontext context;
        Ok(device.F.cuPointerGetAttribute(&type, CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE, inside));
        Ok(device.F.cuPointerGetAttribute(&start, CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, inside));
        Ok(device.F.cuPointerGetAttribute(&bytes, CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_SIZE, inside));
        Ok(device.F.cuPointerGetAttribute(&ordinal, CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, inside));
        Ok(device.F.cuPointerGetAttribute(&context, CUpointer_attribute.CU_POINTER_ATTRIBUTE_CONTEXT, inside));
        Assert.That((type, start, bytes, ordinal, context), Is.EqualTo((CUmemorytype.CU_MEMORYTYPE_DEVICE, a.Value, (nuint)8, device.Driver.FirstOrdinal, device.Context)));
        Ok(device.F.cuPointerGetAttribute(&type, CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE, new CUdeviceptr((ulong)pinned)));
        Assert.That(type, Is.EqualTo(CUmemorytype.CU_MEMORYTYPE_HOST));
        Fails(device.F.cuPointerGetAttribute(&type, CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE, new CUdeviceptr(64)), CUresult.CUDA_ERROR_INVALID_VALUE, "neither");
    }

    [Test]
    public void Tensor_maps_follow_the_rules_of_the_driver()
    {
        using var device = new TestDevice();
        CUdeviceptr memory = device.Allocate(1 << 16);
        CUtensorMap* map = stackalloc CUtensorMap[1];
        ulong* sizes = stackalloc ulong[] { 128, 64 };
        ulong* stride = stackalloc ulong[] { 256 };
        uint* box = stackalloc uint[] { 64, 32 };
        uint* steps = stackalloc uint[] { 1, 1 };
        CUresult Encode(ulong address) => device.F.cuTensorMapEncodeTiled(map, CUtensorMapDataType.CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 2, (void*)address, sizes, stride, box, steps,
            CUtensorMapInterleave.CU_TENSOR_MAP_INTERLEAVE_NONE, CUtensorMapSwizzle.CU_TENSOR_MAP_SWIZZLE_128B, CUtensorMapL2promotion.CU_TENSOR_MAP_L2_PROMOTION_L2_128B,
            CUtensorMapFloatOOBfill.CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
        Ok(Encode(memory.Value));
        Assert.That((*map)[1], Is.EqualTo(memory.Value));
        Fails(Encode(memory.Value + 4), CUresult.CUDA_ERROR_INVALID_VALUE, "that 16 divides");
        box[0] = 128;
        Fails(Encode(memory.Value), CUresult.CUDA_ERROR_INVALID_VALUE, "at most 128 bytes");
        box[0] = 257;
        Fails(Encode(memory.Value), CUresult.CUDA_ERROR_INVALID_VALUE, "1 to 256");
    }
}
