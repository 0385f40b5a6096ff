namespace Spa.Interop.Driver;

/// <summary>The facts about a device that launches and plans need.</summary>
public sealed class CudaDevice
{
    public CudaDevice(CudaDriver driver, CUdevice handle)
    {
        Handle = handle;
        Name = driver.DeviceGetName(handle);
        Major = driver.DeviceGetAttribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, handle);
        Minor = driver.DeviceGetAttribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, handle);
        Multiprocessors = driver.DeviceGetAttribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, handle);
        MaxThreadsPerBlock = driver.DeviceGetAttribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, handle);
        MaxSharedBytes = driver.DeviceGetAttribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, handle);
        L2Bytes = driver.DeviceGetAttribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, handle);
        TotalBytes = driver.DeviceTotalMem(handle);
    }

    public CUdevice Handle { get; }

    public string Name { get; }

    /// <summary>Compute capability before the point: 9 of 9.0.</summary>
    public int Major { get; }

    /// <summary>Compute capability behind the point.</summary>
    public int Minor { get; }

    public int Multiprocessors { get; }

    public int MaxThreadsPerBlock { get; }

    /// <summary>Shared memory that a block may have when its kernel asks for more than the usual 48 KiB, bytes.</summary>
    public int MaxSharedBytes { get; }

    public int L2Bytes { get; }

    /// <summary>Bytes of the device's memory.</summary>
    public long TotalBytes { get; }
}
