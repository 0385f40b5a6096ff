namespace Spa.Interop.Loading;

/// <summary>Versions as CUDA counts them: 13000 is 13.0. Null where a library lacks the call or refuses it.</summary>
public static unsafe class CudaVersions
{
    /// <summary>The newest CUDA that the driver supports.</summary>
    public static int? OfDriver(IEntryPoints library)
    {
        var cuDriverGetVersion = (delegate* unmanaged<int*, int>)library.Find("cuDriverGetVersion");
        int version = 0;
        return cuDriverGetVersion is not null && cuDriverGetVersion(&version) == 0 ? version : null;
    }

    public static int? OfNvrtc(IEntryPoints library)
    {
        var nvrtcVersion = (delegate* unmanaged<int*, int*, int>)library.Find("nvrtcVersion");
        int major = 0, minor = 0;
        return nvrtcVersion is not null && nvrtcVersion(&major, &minor) == 0 ? major * 1000 + minor * 10 : null;
    }

    /// <summary>cuBLASLt counts by itself: 130002 is 13.0.2, 120805 is 12.8.5.</summary>
    public static int? OfCublasLt(IEntryPoints library)
    {
        var cublasLtGetVersion = (delegate* unmanaged<nuint>)library.Find("cublasLtGetVersion");
        if (cublasLtGetVersion is null) return null;
        int version = (int)cublasLtGetVersion();
        return version / 10000 * 1000 + version / 100 % 100 * 10;
    }

    /// <summary><c>13.0</c> for 13000.</summary>
    public static string Text(int version) => $"{version / 1000}.{version % 1000 / 10}";
}
