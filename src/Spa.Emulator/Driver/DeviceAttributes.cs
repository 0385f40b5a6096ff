using Spa.Interop.Driver;
using static Spa.Interop.Driver.CUdevice_attribute;

namespace Spa.Emulator.Driver;

/// <summary>The answers of cuDeviceGetAttribute.</summary>
internal static class DeviceAttributes
{
    /// <summary>The value, or null for an attribute that is not known. What the emulator cannot do (managed memory, clusters, cooperative launches) is 0.</summary>
    public static int? Find(EmulatedArchitecture device, int ordinal, CUdevice_attribute attribute) => attribute switch
    {
        CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK => EmulatedArchitecture.MaxThreadsPerBlock,
        CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X => 1024,
        CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y => 1024,
        CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z => 64,
        CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X => int.MaxValue,
        CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y => 65535,
        CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z => 65535,
        CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK => EmulatedArchitecture.SharedBytesPerBlock,
        CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY => 64 << 10,
        CU_DEVICE_ATTRIBUTE_WARP_SIZE => EmulatedArchitecture.WarpSize,
        CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK => EmulatedArchitecture.Registers,
        CU_DEVICE_ATTRIBUTE_CLOCK_RATE => device.ClockKiloHertz,
        CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT => device.Multiprocessors,
        CU_DEVICE_ATTRIBUTE_INTEGRATED => 0,
        CU_DEVICE_ATTRIBUTE_COMPUTE_MODE => 0,
        CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS => 1,
        CU_DEVICE_ATTRIBUTE_ECC_ENABLED => 1,
        CU_DEVICE_ATTRIBUTE_PCI_BUS_ID => ordinal,
        CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID => 0,
        CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE => device.MemoryClockKiloHertz,
        CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH => device.MemoryBusBits,
        CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE => device.L2Bytes,
        CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR => EmulatedArchitecture.MaxThreadsPerMultiprocessor,
        CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT => 3,
        CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING => 1,
        CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR => device.Major,
        CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR => device.Minor,
        CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR => device.SharedBytesPerMultiprocessor,
        CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR => EmulatedArchitecture.Registers,
        CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY => 0,
        CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH => 0,
        CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN => device.SharedBytesPerBlockOptIn,
        CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR => EmulatedArchitecture.MaxBlocksPerMultiprocessor,
        CU_DEVICE_ATTRIBUTE_MAX_PERSISTING_L2_CACHE_SIZE => 0,
        CU_DEVICE_ATTRIBUTE_MAX_ACCESS_POLICY_WINDOW_SIZE => 0,
        CU_DEVICE_ATTRIBUTE_RESERVED_SHARED_MEMORY_PER_BLOCK => EmulatedArchitecture.ReservedSharedBytesPerBlock,
        CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED => 1,
        CU_DEVICE_ATTRIBUTE_CLUSTER_LAUNCH => 0,
        CU_DEVICE_ATTRIBUTE_TENSOR_MAP_ACCESS_SUPPORTED => device.Major >= 9 ? 1 : 0,
        _ => null,
    };
}
