namespace Spa.Interop.Driver;

/// <summary>Where memory is.</summary>
public enum CUmemorytype
{
    CU_MEMORYTYPE_HOST = 1,
    CU_MEMORYTYPE_DEVICE = 2,
    CU_MEMORYTYPE_ARRAY = 3,
    CU_MEMORYTYPE_UNIFIED = 4,
}
