namespace Spa.Interop.Driver;

/// <summary>Loaded code: a cubin, or PTX that the driver compiles for the device.</summary>
public sealed unsafe class CudaModule : DriverHandle
{
    /// <param name="context">Where the code runs.</param>
    /// <param name="image">A cubin, or PTX text; a zero is put behind text that has none.</param>
    /// <exception cref="CudaException">The image is damaged or made for another device.</exception>
    public CudaModule(CudaContext context, ReadOnlySpan<byte> image) : base(context)
    {
        bool isBinary = image.Length > 0 && (image[0] == 0x7f || image[^1] == 0);
        Own(Driver.ModuleLoadData(isBinary ? image : (byte[])[.. image, 0]).Value);
    }

    public CUmodule Handle => new(handle);

    /// <exception cref="CudaException">The module has no kernel of that name.</exception>
    public CudaFunction GetFunction(string name) => new(this, name, Driver.ModuleGetFunction(Handle, name));

    /// <summary>Address and bytes of a variable.</summary>
    public (CUdeviceptr Address, long Bytes) GetGlobal(string name) => Driver.ModuleGetGlobal(Handle, name);

    protected override CUresult Release() => Driver.Functions.cuModuleUnload(Handle);
}
