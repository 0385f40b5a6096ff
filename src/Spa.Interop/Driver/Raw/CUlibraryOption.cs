namespace Spa.Interop.Driver;

/// <summary>Options of loading a library.</summary>
public enum CUlibraryOption
{
    CU_LIBRARY_HOST_UNIVERSAL_FUNCTION_AND_DATA_TABLE = 0,
    CU_LIBRARY_BINARY_IS_PRESERVED = 1,
}
