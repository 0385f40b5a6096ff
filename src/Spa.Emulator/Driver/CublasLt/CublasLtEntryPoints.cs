using System.Runtime.InteropServices;
using Spa.Interop.CublasLt;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver.CublasLt;

/// <summary>The unmanaged functions that stand for cuBLASLt's, under its names.</summary>
internal static unsafe partial class CublasLtEntryPoints
{
    private const int Version = 130000;

    public static nint Find(string name) => name switch
    {
        "cublasLtGetStatusName" => (nint)(delegate* unmanaged<cublasStatus_t, byte*>)&cublasLtGetStatusName,
        "cublasLtGetStatusString" => (nint)(delegate* unmanaged<cublasStatus_t, byte*>)&cublasLtGetStatusString,
        "cublasLtGetVersion" => (nint)(delegate* unmanaged<nuint>)&cublasLtGetVersion,
        "cublasLtCreate" => (nint)(delegate* unmanaged<cublasLtHandle_t*, cublasStatus_t>)&cublasLtCreate,
        "cublasLtDestroy" => (nint)(delegate* unmanaged<cublasLtHandle_t, cublasStatus_t>)&cublasLtDestroy,
        "cublasLtMatmulDescCreate" => (nint)(delegate* unmanaged<cublasLtMatmulDesc_t*, cublasComputeType_t, cudaDataType_t, cublasStatus_t>)&cublasLtMatmulDescCreate,
        "cublasLtMatmulDescDestroy" => (nint)(delegate* unmanaged<cublasLtMatmulDesc_t, cublasStatus_t>)&cublasLtMatmulDescDestroy,
        "cublasLtMatmulDescSetAttribute" => (nint)(delegate* unmanaged<cublasLtMatmulDesc_t, cublasLtMatmulDescAttributes_t, void*, nuint, cublasStatus_t>)&cublasLtMatmulDescSetAttribute,
        "cublasLtMatrixLayoutCreate" => (nint)(delegate* unmanaged<cublasLtMatrixLayout_t*, cudaDataType_t, ulong, ulong, long, cublasStatus_t>)&cublasLtMatrixLayoutCreate,
        "cublasLtMatrixLayoutDestroy" => (nint)(delegate* unmanaged<cublasLtMatrixLayout_t, cublasStatus_t>)&cublasLtMatrixLayoutDestroy,
        "cublasLtMatrixLayoutSetAttribute" =>
            (nint)(delegate* unmanaged<cublasLtMatrixLayout_t, cublasLtMatrixLayoutAttribute_t, void*, nuint, cublasStatus_t>)&cublasLtMatrixLayoutSetAttribute,
        "cublasLtMatmulPreferenceCreate" => (nint)(delegate* unmanaged<cublasLtMatmulPreference_t*, cublasStatus_t>)&cublasLtMatmulPreferenceCreate,
        "cublasLtMatmulPreferenceDestroy" => (nint)(delegate* unmanaged<cublasLtMatmulPreference_t, cublasStatus_t>)&cublasLtMatmulPreferenceDestroy,
        "cublasLtMatmulPreferenceSetAttribute" =>
            (nint)(delegate* unmanaged<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceAttributes_t, void*, nuint, cublasStatus_t>)&cublasLtMatmulPreferenceSetAttribute,
        "cublasLtMatmulAlgoGetHeuristic" => (nint)(delegate* unmanaged<cublasLtHandle_t, cublasLtMatmulDesc_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatmulPreference_t, int, cublasLtMatmulHeuristicResult_t*, int*, cublasStatus_t>)&cublasLtMatmulAlgoGetHeuristic,
        "cublasLtMatmulAlgoConfigGetAttribute" =>
            (nint)(delegate* unmanaged<cublasLtMatmulAlgo_t*, cublasLtMatmulAlgoConfigAttributes_t, void*, nuint, nuint*, cublasStatus_t>)&cublasLtMatmulAlgoConfigGetAttribute,
        "cublasLtMatmul" => (nint)(delegate* unmanaged<cublasLtHandle_t, cublasLtMatmulDesc_t, void*, void*, cublasLtMatrixLayout_t, void*, cublasLtMatrixLayout_t, void*, void*, cublasLtMatrixLayout_t, void*, cublasLtMatrixLayout_t, cublasLtMatmulAlgo_t*, void*, nuint, CUstream, cublasStatus_t>)&cublasLtMatmul,
        _ => 0,
    };

    [UnmanagedCallersOnly]
    private static byte* cublasLtGetStatusName(cublasStatus_t status) => ErrorTexts.Pointer(Enum.GetName(status) ?? "CUBLAS_STATUS_UNKNOWN");

    [UnmanagedCallersOnly]
    private static byte* cublasLtGetStatusString(cublasStatus_t status) =>
        ErrorTexts.Pointer((Enum.GetName(status) ?? "unknown").Replace("CUBLAS_STATUS_", "", StringComparison.Ordinal).Replace('_', ' ').ToLowerInvariant());

    [UnmanagedCallersOnly]
    private static nuint cublasLtGetVersion() => Version;

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) => Status(EntryPoints.InContext(nameof(cublasLtCreate), context =>
    {
        if (handle is null) throw Invalid("expected an address for the handle, found a null pointer");
        *handle = new cublasLtHandle_t(new LibraryHandle(context).Handle);
    }));

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) =>
        Status(EntryPoints.On<LibraryHandle>(nameof(cublasLtDestroy), handle.Value, "cuBLASLt handle", static target => target.Destroy()));

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* description, cublasComputeType_t compute, cudaDataType_t scale) =>
        Create((nint*)description, new ProductSettings(compute, scale));

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t description) => Destroy<ProductSettings>(description.Value);

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t description, cublasLtMatmulDescAttributes_t attribute, void* value, nuint bytes) =>
        Set<ProductSettings>(description.Value, $"{attribute}", settings => settings.Set(attribute, value, bytes));

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType_t type, ulong rows, ulong columns, long lead) =>
        Create((nint*)layout, new LayoutSettings(type, rows, columns, lead));

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) => Destroy<LayoutSettings>(layout.Value);

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout, cublasLtMatrixLayoutAttribute_t attribute, void* value, nuint bytes) =>
        Set<LayoutSettings>(layout.Value, $"{attribute}", settings => settings.Set(attribute, value, bytes));

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) => Create((nint*)preference, new PreferenceSettings());

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) => Destroy<PreferenceSettings>(preference.Value);

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference, cublasLtMatmulPreferenceAttributes_t attribute, void* value, nuint bytes) =>
        Set<PreferenceSettings>(preference.Value, $"{attribute}", _ => Enum.IsDefined(attribute) && value is not null && bytes > 0);
}
