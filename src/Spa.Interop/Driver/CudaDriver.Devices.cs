namespace Spa.Interop.Driver;

public sealed unsafe partial class CudaDriver
{
    private const int LongestName = 256;

    public int DeviceGetCount()
    {
        Require(_f.cuDeviceGetCount);
        int count;
        ThrowIfFailed(_f.cuDeviceGetCount(&count), $"cuDeviceGetCount()");
        return count;
    }

    public CUdevice DeviceGet(int ordinal)
    {
        Require(_f.cuDeviceGet);
        CUdevice device;
        ThrowIfFailed(_f.cuDeviceGet(&device, ordinal), $"cuDeviceGet(ordinal: {ordinal})");
        return device;
    }

    public string DeviceGetName(CUdevice device)
    {
        Require(_f.cuDeviceGetName);
        byte* name = stackalloc byte[LongestName];
        ThrowIfFailed(_f.cuDeviceGetName(name, LongestName, device), $"cuDeviceGetName(dev: {device.Value})");
        return Utf8.Text(name);
    }

    public int DeviceGetAttribute(CUdevice_attribute attribute, CUdevice device)
    {
        Require(_f.cuDeviceGetAttribute);
        int value;
        ThrowIfFailed(_f.cuDeviceGetAttribute(&value, attribute, device), $"cuDeviceGetAttribute(attrib: {attribute}, dev: {device.Value})");
        return value;
    }

    /// <summary>Bytes of the device's memory.</summary>
    public long DeviceTotalMem(CUdevice device)
    {
        Require(_f.cuDeviceTotalMem);
        nuint bytes;
        ThrowIfFailed(_f.cuDeviceTotalMem(&bytes, device), $"cuDeviceTotalMem(dev: {device.Value})");
        return (long)bytes;
    }

    public CUuuid DeviceGetUuid(CUdevice device)
    {
        Require(_f.cuDeviceGetUuid);
        CUuuid uuid;
        ThrowIfFailed(_f.cuDeviceGetUuid(&uuid, device), $"cuDeviceGetUuid(dev: {device.Value})");
        return uuid;
    }

    public bool DeviceCanAccessPeer(CUdevice device, CUdevice peer)
    {
        Require(_f.cuDeviceCanAccessPeer);
        int can;
        ThrowIfFailed(_f.cuDeviceCanAccessPeer(&can, device, peer), $"cuDeviceCanAccessPeer(dev: {device.Value}, peerDev: {peer.Value})");
        return can != 0;
    }

    public CUmemoryPool DeviceGetDefaultMemPool(CUdevice device)
    {
        Require(_f.cuDeviceGetDefaultMemPool);
        CUmemoryPool pool;
        ThrowIfFailed(_f.cuDeviceGetDefaultMemPool(&pool, device), $"cuDeviceGetDefaultMemPool(dev: {device.Value})");
        return pool;
    }

    /// <summary>Bytes that a pool keeps instead of giving them back to the system.</summary>
    public void MemPoolSetReleaseThreshold(CUmemoryPool pool, ulong bytes)
    {
        Require(_f.cuMemPoolSetAttribute);
        ThrowIfFailed(_f.cuMemPoolSetAttribute(pool, CUmemPool_attribute.CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &bytes), $"cuMemPoolSetAttribute(CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, {bytes})");
    }

    public CUcontext DevicePrimaryCtxRetain(CUdevice device)
    {
        Require(_f.cuDevicePrimaryCtxRetain);
        CUcontext context;
        ThrowIfFailed(_f.cuDevicePrimaryCtxRetain(&context, device), $"cuDevicePrimaryCtxRetain(dev: {device.Value})");
        return context;
    }

    public void DevicePrimaryCtxRelease(CUdevice device)
    {
        Require(_f.cuDevicePrimaryCtxRelease);
        ThrowIfFailed(_f.cuDevicePrimaryCtxRelease(device), $"cuDevicePrimaryCtxRelease(dev: {device.Value})");
    }

    public void CtxSetCurrent(CUcontext context)
    {
        Require(_f.cuCtxSetCurrent);
        ThrowIfFailed(_f.cuCtxSetCurrent(context), $"cuCtxSetCurrent()");
    }

    public CUcontext CtxGetCurrent()
    {
        Require(_f.cuCtxGetCurrent);
        CUcontext context;
        ThrowIfFailed(_f.cuCtxGetCurrent(&context), $"cuCtxGetCurrent()");
        return context;
    }

    /// <summary>Waits for all work of the current context.</summary>
    public void CtxSynchronize()
    {
        Require(_f.cuCtxSynchronize);
        ThrowIfFailed(_f.cuCtxSynchronize(), $"cuCtxSynchronize()");
    }

    public void CtxEnablePeerAccess(CUcontext peer)
    {
        Require(_f.cuCtxEnablePeerAccess);
        ThrowIfFailed(_f.cuCtxEnablePeerAccess(peer, 0), $"cuCtxEnablePeerAccess()");
    }
}
