namespace Spa.Emulator.Driver;

/// <summary>A device as the driver lists it, with its primary context while somebody retains it.</summary>
internal sealed class DeviceSlot(EmulatedDriver driver, int ordinal)
{
    private int _retained;

    public EmulatedDriver Driver => driver;

    public int Ordinal => ordinal;

    public EmulatedContext? Context { get; private set; }

    public EmulatedContext Retain()
    {
        lock (driver.Gate)
        {
            _retained++;
            return Context ??= new EmulatedContext(this);
        }
    }

    /// <summary>Gives one <see cref="Retain"/> back; the last one ends the context. False where nothing was retained.</summary>
    public bool Release()
    {
        lock (driver.Gate)
        {
            if (_retained == 0) return false;
            if (--_retained == 0) End();
            return true;
        }
    }

    /// <summary>Ends the context however often it is retained.</summary>
    public void End()
    {
        lock (driver.Gate)
        {
            Context?.End();
            Context = null;
            _retained = 0;
        }
    }
}
